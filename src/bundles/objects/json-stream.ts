/**
 * JSON as it streams by: of a list each item by itself, so that one of 300 MiB is never in memory as a whole. Documents may stand one after the other, with
 * other lines between, as `kubectl cluster-info dump` prints them; what stands in its blocks of logs is no document.
 */

import { BOUNDS, endOfString } from '../../model/bounds.js';
import { isDeeperThan, printedItem } from './printed.js';

/** What is found. */
export interface JsonSink {
  /** Of a list, one by one; `listKind`: where the list says it before its items. */
  item(json: unknown, listKind: string | undefined): void;
  /** A document; of a list what is left of it without its items, and how many these were. */
  document(json: unknown, items: number): void;
  /** Between documents, each line of a block of logs, with its heading and its ending. */
  logLine?(line: string): void;
  /** Of an item that is printed a field a line: the same, without what no one reads. `indent` stands before its braces. */
  shorten?(text: string, indent: string, listKind: string | undefined): string;
}

export interface JsonStream {
  push(text: string): void;
  /** False where the last document is not whole. */
  end(): boolean;
}

/** Longer is no object of Kubernetes: etcd takes 1.5 MiB. */
const LONGEST = 8 << 20;
/** A line between documents is skipped as it comes, where it is longer. */
const LONGEST_LINE = 64 * 1024;
const START = '==== START logs ';
const END = '==== END logs ';
const [QUOTE, OPEN, CLOSE, LIST, END_LIST, COMMA] = [0x22, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c];
const BLANKS: readonly number[] = [0x20, 0x09, 0x0d, 0xfeff];

interface State {
  /** What is not done with yet, and how far it was looked at. */
  rest: string;
  at: number;
  depth: number;
  isQuoted: boolean;
  isInLog: boolean;
  /** Depth of the items of the list that is read; 0 where none is. */
  itemDepth: number;
  /** Where the item begins; -1 between items. */
  itemFrom: number;
  /** Of a list: what stands before its items. */
  envelope: string;
  listKind: string | undefined;
  items: number;
  /** Items of this list may be printed a field a line. */
  isPrinted: boolean;
  /** As far as the end of such an item was looked for. */
  looked: number;
  /** What is read is too long to be kept. */
  isSkipping: boolean;
}

const BEFORE: State = {
  rest: '',
  at: 0,
  depth: 0,
  isQuoted: false,
  isInLog: false,
  itemDepth: 0,
  itemFrom: -1,
  envelope: '',
  listKind: undefined,
  items: 0,
  isPrinted: false,
  looked: 0,
  isSkipping: false,
};

export function createJsonStream(sink: JsonSink): JsonStream {
  const state = { ...BEFORE };
  const read = (isLast: boolean) => {
    for (;;) {
      if (state.depth === 0 && !findDocument(state, sink, isLast)) return cutTo(state, state.at);
      scan(state, sink);
      if (state.depth > 0) return forget(state);
    }
  };
  return {
    push(text) {
      state.rest += text;
      read(false);
    },
    end() {
      // What is not ended by such a line may be ended by another.
      state.isPrinted = false;
      read(true);
      return state.depth === 0;
    },
  };
}

/** Between documents: to the line that begins one. False where more text is needed. */
function findDocument(state: State, sink: JsonSink, isLast: boolean): boolean {
  for (;;) {
    const { rest, at } = state;
    const first = rest.charCodeAt(at);
    if (Number.isNaN(first)) return false;
    if (!state.isInLog && (first === OPEN || first === LIST)) {
      cutTo(state, at);
      return true;
    }
    const end = rest.indexOf('\n', at);
    if (end < 0 && !isLast && rest.length - at < LONGEST_LINE) return false;
    const wasInLog = state.isInLog;
    if (rest.startsWith(START, at)) state.isInLog = true;
    else if (rest.startsWith(END, at)) state.isInLog = false;
    if (state.isInLog || wasInLog) sink.logLine?.(rest.slice(at, end < 0 ? rest.length : end));
    // A blank before a document on one line.
    if (!state.isInLog && BLANKS.includes(first)) state.at += 1;
    else state.at = end < 0 ? rest.length : end + 1;
  }
}

/** To the end of the document, or of the text. */
function scan(state: State, sink: JsonSink): void {
  for (; state.at < state.rest.length; state.at += 1) {
    if (state.isPrinted && isBetweenItems(state) && state.itemFrom < 0 && takePrinted(state, sink)) return;
    // Within a string what is read begins behind its quote.
    state.at = state.isQuoted ? endOfString(state.rest, state.at - 1) : nextSign(state);
    if (state.at === state.rest.length) return;
    const c = state.rest.charCodeAt(state.at);
    if (c === QUOTE) state.isQuoted = !state.isQuoted;
    else if (c === OPEN || c === LIST) opened(state, c);
    else if (c === CLOSE || c === END_LIST) {
      closed(state, sink);
      if (state.depth === 0) return;
    } else if (c === COMMA && isBetweenItems(state)) goOn(state);
  }
}

/** One after the other. True where more text is needed; what is printed in another way is read sign by sign. */
function takePrinted(state: State, sink: JsonSink): boolean {
  for (;;) {
    const { rest, at, listKind } = state;
    const found = printedItem(rest, at, state.looked);
    if (found === 'more' && rest.length - at <= LONGEST) {
      cutTo(state, at);
      state.looked = state.rest.length;
      return true;
    }
    state.looked = 0;
    const text = typeof found === 'string' ? '' : rest.slice(found.from, found.end);
    const json = typeof found === 'string' ? undefined : parsed(state, sink.shorten?.(text, found.indent, listKind) ?? text);
    if (typeof found === 'string' || json === undefined) {
      state.isPrinted = false;
      return false;
    }
    if (!isDeeperThan(BOUNDS.nesting - state.depth, json)) sink.item(json, state.listKind);
    state.items += 1;
    state.at = found.end;
  }
}

/** What has a meaning outside of strings. A comma is looked at between items alone. */
function nextSign(state: State): number {
  const { rest, at } = state;
  const isItem = isBetweenItems(state);
  const { length } = rest;
  for (let next = at; next < length; next += 1) {
    const c = rest.charCodeAt(next);
    if (c === QUOTE || c === OPEN || c === CLOSE || c === LIST || c === END_LIST || (isItem && c === COMMA)) return next;
  }
  return length;
}

const isBetweenItems = ({ itemDepth, depth }: State): boolean => itemDepth > 0 && depth === itemDepth;

function opened(state: State, c: number): void {
  if (isBetweenItems(state)) state.itemFrom = state.at;
  state.depth += 1;
  // Whoever goes through it recurses.
  if (state.depth > BOUNDS.nesting) state.isSkipping = true;
  if (state.itemDepth > 0 || c !== LIST || !beginsItems(state)) return;
  state.itemDepth = state.depth;
  state.envelope = state.rest.slice(0, state.at + 1);
  state.listKind = /"kind"\s*:\s*"(\w{1,80})"/.exec(state.envelope)?.[1];
  state.isPrinted = true;
  goOn(state);
}

/** `[` at the very beginning, or behind `"items":` of a document. */
function beginsItems({ depth, rest, at }: State): boolean {
  return depth === 1 || (depth === 2 && /"items"\s*:\s*$/.test(rest.slice(Math.max(0, at - 40), at)));
}

function closed(state: State, sink: JsonSink): void {
  state.depth -= 1;
  if (isBetweenItems(state) && state.itemFrom >= 0) {
    const json = parsed(state, state.rest.slice(state.itemFrom, state.at + 1));
    if (json !== undefined) sink.item(json, state.listKind);
    state.items += 1;
    goOn(state);
  } else if (state.itemDepth > 0 && state.depth === state.itemDepth - 1) {
    state.rest = state.envelope + state.rest.slice(state.at);
    state.at = state.envelope.length;
    state.itemDepth = 0;
    state.envelope = '';
  }
  if (state.depth > 0) return;
  const json = parsed(state, state.rest.slice(0, state.at + 1));
  if (json !== undefined) sink.document(json, state.items);
  state.items = 0;
  state.listKind = undefined;
  cutTo(state, state.at + 1);
}

function parsed(state: State, text: string): unknown {
  const isTooLong = state.isSkipping;
  state.isSkipping = false;
  if (isTooLong) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What was read is forgotten; the loop goes on behind it. */
function goOn(state: State): void {
  cutTo(state, state.at + 1);
  state.at = -1;
  state.itemFrom = -1;
  state.looked = 0;
}

function cutTo(state: State, index: number): void {
  state.rest = state.rest.slice(index);
  state.at = 0;
}

/** What grows beyond any object is not kept. */
function forget(state: State): void {
  if (state.rest.length <= LONGEST) return;
  state.isSkipping = true;
  state.rest = '';
  state.at = 0;
  if (state.itemFrom > 0) state.itemFrom = 0;
}
