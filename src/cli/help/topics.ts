/** Pages of `kubelet-doctor help TOPIC`: Markdown in src/help, read as they are on a code host and rendered for a terminal. */
import { readFile } from 'node:fs/promises';

interface Page {
  default: string;
}

/** In the order in which --help names them. Every build has the texts inside (esbuild's loader `text`). */
export const TOPICS = {
  places: { says: 'where to run it, and how it gets there', load: (): Promise<Page> => import('../../help/places.md') },
  output: { says: 'how to read a report, formats, exit codes', load: (): Promise<Page> => import('../../help/output.md') },
  texts: { says: 'read an error text, a log, what kubectl printed', load: (): Promise<Page> => import('../../help/texts.md') },
  bundles: { says: 'save, send, compare and combine reports', load: (): Promise<Page> => import('../../help/bundles.md') },
  rights: { says: 'permissions the agent and kubelet-doctor need', load: (): Promise<Page> => import('../../help/rights.md') },
  settings: { says: 'settings of the agent, and where they come from', load: (): Promise<Page> => import('../../help/settings.md') },
  security: { says: 'what it reads, sends and never does', load: (): Promise<Page> => import('../../help/security.md') },
  agents: { says: 'for AI agents: what to run, and what never to do', load: (): Promise<Page> => import('../../help/agents.md') },
} as const;
export type Topic = keyof typeof TOPICS;

export function isTopic(word: string): word is Topic {
  return Object.hasOwn(TOPICS, word);
}

export async function readTopic(topic: Topic): Promise<string> {
  try {
    return (await TOPICS[topic].load()).default;
  } catch (error) {
    // Run from its sources there is no build: Node has no loader for Markdown, and the page is a file beside us.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error;
    return readFile(new URL(`../../help/${topic}.md`, import.meta.url), 'utf8');
  }
}
