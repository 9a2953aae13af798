/** Logs between objects, as `kubectl cluster-info dump` prints them to its output, one after the other. */
import { SENTENCE } from '../../host/redact.js';
import type { Statement } from '../../model/facts/said.js';
import type { Clean } from '../../texts/index.js';
import type { About } from './heard.js';
import { logAt, type PodName } from './logs.js';
import { createOneLog, nothing, type OneLog } from './one-log.js';

const HEADING = /^==== START logs for container (\S{1,253}) of pod ([^\s/]{1,253})\/(\S{1,253}) ====/;
const ENDING = /^==== END logs /;
const PRINTED = 'cluster-info dump';

/** What one of them said, and of which pod it is. */
type PrintedLog = [statements: Statement[], about: About];

/** Takes line after line, and gives what a log said where it has ended. */
export function createPrintedLogs(clean: Clean): (line: string) => PrintedLog | undefined {
  let current: { pod: PodName; log: OneLog } | undefined;
  return (line) => {
    if (ENDING.test(line)) {
      const ended = current;
      current = undefined;
      return ended && [ended.log.end(), { pod: ended.pod }];
    }
    const [, container = '', namespace = '', name = ''] = HEADING.exec(line) ?? [];
    if (name === '') current?.log.push(line);
    else current = { pod: { namespace, name }, log: begun(namespace, name, container) };
    return undefined;
  };

  function begun(namespace: string, name: string, container: string): OneLog {
    const log = clean(`${PRINTED}: ${namespace}/${name}/${container}`, SENTENCE);
    // As a collector that writes it into a file names that file.
    const by = logAt(`${namespace}/${name}/${container}.log`)?.by;
    return createOneLog({ log, ...(by && { by }) }, clean, { edit: by ? (each) => each : nothing });
  }
}
