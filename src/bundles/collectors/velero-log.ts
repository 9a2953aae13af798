/**
 * The log of a Velero backup, which lies beside it in its bucket: an object with the label `velero.io/exclude-from-backup` is in no backup, whatever it was
 * told to take, and only here it says which these were (vmware-tanzu/velero pkg/backup/item_backupper.go). `velero backup logs NAME` prints the same.
 */
import type { Entry } from '../../files/packed/types.js';
import { type Kind, kindOfResource } from '../kinds.js';
import type { BackupScope } from './velero.js';

export interface BackupLog {
  /** `NAMESPACE/NAME` of the backup. */
  backup: string;
  /** How many, by `RESOURCE/NAMESPACE`. */
  leftOut: ReadonlyMap<string, number>;
}

export const isBackupLog = (path: string): boolean => /(?:^|\/)[^/]{1,253}-logs\.gz$/.test(path);

const LABEL = 'velero.io/exclude-from-backup';
/** As logrus writes it, as text or as JSON. */
const BACKUP = /\bbackup(?:=|":")([a-z\d.-]{1,253}\/[a-z\d.-]{1,253})/;
/** Of `daemonsets.apps` the first word. What is of the cluster has no namespace. */
const RESOURCE = /\bresource(?:="?|":")([a-z]{1,63})/;
const NAMESPACE = /\bnamespace(?:="?|":")([a-z\d-]{1,63})/;
const MOST_LEFT_OUT = 10_000;

/** Undefined where it is no such log, tells of no more than warnings, or has more to say than is kept. */
export async function backupLog(entry: Entry): Promise<BackupLog | undefined> {
  const leftOut = new Map<string, number>();
  let backup: string | undefined;
  for await (const line of entry.lines()) {
    if (backup === undefined && /\blevel(?:=|":")info\b/.test(line)) backup = BACKUP.exec(line)?.[1];
    if (!line.includes(LABEL) || !line.includes('Excluding item')) continue;
    const { resource } = kindOfResource(RESOURCE.exec(line)?.[1] ?? '') ?? {};
    if (resource === undefined) continue;
    const what = `${resource}/${NAMESPACE.exec(line)?.[1] ?? ''}`;
    leftOut.set(what, (leftOut.get(what) ?? 0) + 1);
    if (leftOut.size > MOST_LEFT_OUT) return undefined;
  }
  return backup === undefined ? undefined : { backup, leftOut };
}

/** What its log is called beside it, and what it would tell. */
export const logOf = ({ name }: BackupScope): string => `${name}-logs.gz of the backup (which objects the label ${LABEL} kept out)`;

/** Why the list of a kind, in a namespace or in all, may not be called whole; undefined where it may. */
export function whyNotAll(scope: BackupScope, log: BackupLog | undefined, kind: Kind, namespace?: string): string | undefined {
  if (!log) return `an object with the label ${LABEL} is in no backup; the log beside it (${scope.name}-logs.gz) tells which`;
  const at = kind.isNamespaced ? namespace : undefined;
  const isIt = (what: string) => (at === undefined ? what.startsWith(`${kind.resource}/`) : what === `${kind.resource}/${at}`);
  const count = [...log.leftOut].reduce((sum, [what, some]) => (isIt(what) ? sum + some : sum), 0);
  return count === 0 ? undefined : `${kind.resource} with the label ${LABEL} are not in the backup (${count})`;
}
