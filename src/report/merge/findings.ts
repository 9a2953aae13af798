/** Findings of many reports: one cause, equally bad and equally sure, below the same cause, is one finding with the nodes it was seen on. */

import { withoutAim } from '../../kubernetes/aim.js';
import type { Evidence, Fix, Message, Witness } from '../../model/check.js';
import type { CauseMeta, Finding } from '../../model/report.js';
import { say, sayMerged } from '../../words/report.js';
import { type Json, unpack } from './json.js';
import type { OneReport, Slim } from './one-report.js';
import { nameOrder } from './order.js';
import { withOwn, withWhere } from './words.js';

/** The nodes whose evidence is shown; the others' own reports have theirs. */
const SHOWN_NODES = 3;
/** Of words that are not ours, as many. */
const SHOWN_QUOTES = 3;

interface Sighting {
  report: OneReport;
  slim: Slim;
}

/** `reports` sorted by node. `of`: how many nodes there are. */
export function merge(reports: readonly OneReport[], of: number, causes: Readonly<Record<string, CauseMeta>>): Finding[] {
  const level = (sightings: readonly Sighting[]): Finding[] => {
    const groups = new Map<string, Sighting[]>();
    for (const each of sightings) {
      const { cause, target, severity, certainty, layer } = each.slim.finding;
      const key = JSON.stringify([cause, target, layer, severity, certainty]);
      const group = groups.get(key);
      if (group) group.push(each);
      else groups.set(key, [each]);
    }
    return [...groups.values()].map((group) => one(group));
  };
  const one = (group: readonly Sighting[]): Finding => {
    const [first] = group;
    if (!first) throw new Error('an empty group');
    const nodes = [...new Set(group.map(({ report }) => report.node))];
    const vantages = [...new Set(group.map(({ report }) => report.vantage))].sort(nameOrder);
    const rests = [...new Set(group.map(({ slim }) => slim.rest))].map(unpack);
    const { finding } = first.slim;
    const witnesses = witnessesOf(group, nodes.slice(0, SHOWN_NODES));
    const quoted = [...new Set(rests.flatMap((rest) => rest.quoted ?? []))].slice(0, SHOWN_QUOTES);
    return {
      ...finding,
      ...(witnesses.length ? { witnesses } : {}),
      title: titleOf(group, first.slim, { nodes, of }, causes),
      features: [...new Set(rests.flatMap(({ features }) => features))],
      alternatives: [...new Set(rests.flatMap(({ alternatives }) => alternatives))],
      // Commands that name a node are alike: those of the first will do.
      decide: rests[0]?.decide ?? [],
      evidence: evidenceOf(group, nodes.slice(0, SHOWN_NODES)),
      fixes: fixesOf(group, nodes),
      rankedBy: [
        finding.severity,
        finding.certainty,
        ...(of > 1 ? [say('rank.onNodes', { count: nodes.length, of })] : []),
        say('rank.layer', { layer: finding.layer }),
        finding.cause,
      ],
      consequences: level(group.flatMap(({ report, slim }) => slim.consequences.map((each) => ({ report, slim: each })))),
      seen: { nodes, of, vantages },
      ...(quoted.length ? { quoted } : {}),
    };
  };
  return level(reports.flatMap((report) => report.findings.map((slim) => ({ report, slim }))));
}

/** The words of all where they agree, else the cause's own; then where. */
function titleOf(
  group: readonly Sighting[],
  { finding: { cause }, title }: Slim,
  where: { nodes: readonly string[]; of: number },
  causes: Readonly<Record<string, CauseMeta>>,
): Message {
  const titles = new Set(group.map(({ slim }) => slim.title));
  const first = unpack(title);
  const noun = (Object.hasOwn(causes, cause) && causes[cause]?.title) || cause;
  const words = titles.size === 1 ? first.en : noun;
  return { ...first, en: withWhere(words, where) };
}

function evidenceOf(group: readonly Sighting[], shown: readonly string[]): Evidence[] {
  return group
    .filter(({ report }) => shown.includes(report.node))
    .flatMap(({ report, slim }) => unpack(slim.evidence).map((each) => (each.node ? each : seenFrom(report, each))));
}

/** Of the nodes that are shown; equal ones once. */
function witnessesOf(group: readonly Sighting[], shown: readonly string[]): Witness[] {
  const all = group.filter(({ report }) => shown.includes(report.node)).flatMap(({ slim }) => unpack(slim.witnesses));
  return [...new Map(all.map((each) => [`${each.need} ${each.subject}`, each])).values()];
}

/** The evidence with where it was seen. */
export function seenFrom({ node, vantage }: Pick<OneReport, 'node' | 'vantage'>, evidence: Evidence): Evidence {
  const from = vantage ? sayMerged('fromBoth', { node, vantage }) : node;
  return { ...evidence, node: from, saw: { ...evidence.saw, en: sayMerged('from', { from, words: evidence.saw.en }) } };
}

interface Gathered {
  fix: Fix;
  texts: Set<string>;
  nodes: Set<string>;
  /** By what they are without the node's names. */
  quoted: Map<string, string>;
}

/** An act whose steps are not ours, with the same act where they are: nobody's own words take the place of what others' facts give. */
function folded(all: readonly Gathered[]): Gathered[] {
  const theirs = (each: Gathered) => each.quoted.size > 0 && each.fix.steps === undefined;
  const ours = all.filter((each) => !theirs(each));
  const placed = all.map((each) => {
    const same = theirs(each) && ours.find(({ fix }) => fix.action.en === each.fix.action.en && fix.owner === each.fix.owner);
    if (!same) return each;
    for (const node of each.nodes) same.nodes.add(node);
    for (const [about, words] of each.quoted) if (same.quoted.size < SHOWN_QUOTES) same.quoted.set(about, words);
    return same;
  });
  // At the place of the first: the order of fixes is a report's own, the least invasive before others.
  return [...new Set(placed)];
}

/** A fix that is the same on every node once; one that differs only in the node's own name and address once, with a word about it. */
function fixesOf(group: readonly Sighting[], nodes: readonly string[]): Fix[] {
  const found = new Map<string, Gathered>();
  const parsed = new Map<Json<Fix[]>, Fix[]>();
  for (const { report, slim } of group) {
    const fixes = parsed.get(slim.fixes) ?? unpack(slim.fixes);
    if (parsed.size < 100) parsed.set(slim.fixes, fixes);
    for (const { quoted = [], ...fix } of fixes) {
      const text = JSON.stringify(fix);
      // From a workstation and from a pod it is one fix.
      const key = withoutNames(withoutAim(text), report);
      const there = found.get(key) ?? { fix, texts: new Set<string>(), nodes: new Set<string>(), quoted: new Map<string, string>() };
      found.set(key, there);
      if (there.texts.size < 2) there.texts.add(text);
      there.nodes.add(report.node);
      for (const words of quoted) {
        const about = withoutNames(words, report);
        if (there.quoted.size < SHOWN_QUOTES && !there.quoted.has(about)) there.quoted.set(about, words);
      }
    }
  }
  return folded([...found.values()]).map(({ fix, texts, nodes: seenOn, quoted }) => {
    const of = [...seenOn];
    const some = of.length < nodes.length ? { nodes: of } : {};
    const [only, own] = withOwn(fix.action, { ...some, all: of });
    return { ...fix, action: texts.size > 1 ? own : only, ...some, ...(quoted.size ? { quoted: [...quoted.values()] } : {}) };
  });
}

/** As long as a name can be; what is longer is none, and no pattern takes it. */
const LONGEST_NAME = 300;

/** Whole words only: n1 is no part of n10. */
function withoutNames(text: string, { node, kubelet }: OneReport): string {
  const host = kubelet.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return [kubelet, host, node]
    .filter((name) => name && name.length <= LONGEST_NAME && text.includes(name))
    .reduce((left, name) => left.replace(new RegExp(`(?<![\\w.-])${name.replace(/[^\w]/g, '\\$&')}(?![\\w-])`, 'g'), '\u0000'), text);
}
