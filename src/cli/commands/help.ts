/** `help [COMMAND|TOPIC]`. */

import { nearest } from '../../kubernetes/near.js';
import { renderPage } from '../../render/text/page.js';
import type { Command } from '../arguments/command.js';
import { commandHelp, mainHelp } from '../help/text.js';
import { isTopic, readTopic, TOPICS } from '../help/topics.js';
import { type Io, outText } from '../io.js';
import { usageError } from '../usage.js';

/** Of the main help, a command, or a page about a topic; `settings` is both, and the page is what `help` shows: `settings --help` shows the other. */
export async function runHelpCommand(subject: string | undefined, showAll: boolean, commands: readonly Command[], io: Io): Promise<number> {
  if (subject === undefined) return print(mainHelp(commands, showAll, io.width), io);
  const command = commands.find(({ name }) => name === subject);
  const page = isTopic(subject) && !showAll ? renderPage(await readTopic(subject), { width: io.width, colour: io.colour }) : undefined;
  if (command && page === undefined) return print(commandHelp(command, showAll, io.width), io);
  if (page !== undefined) return print(command ? `${page}\n\nThe command: kubelet-doctor ${subject} --help` : page, io);
  const close = nearest(subject, [...commands.map(({ name }) => name), ...Object.keys(TOPICS)]);
  const known = `topics: ${Object.keys(TOPICS).join(', ')}`;
  return usageError(io, `no help found for ${JSON.stringify(subject.slice(0, 80))}; ${close ? `did you mean ${close}?` : known}`);
}

/** What `COMMAND --help` shows. */
export function showHelpOf(command: string | undefined, showAll: boolean, commands: readonly Command[], io: Io): number {
  const row = commands.find(({ name }) => name === command);
  return print(row ? commandHelp(row, showAll, io.width) : mainHelp(commands, showAll, io.width), io);
}

function print(text: string, io: Io): number {
  outText(io, text);
  return 0;
}
