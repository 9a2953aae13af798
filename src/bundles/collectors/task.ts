/** What a collector was told to take, by the files in which it says so: then it is known of more lists, or of none, that they are whole. */
import type { Entry } from '../../files/packed/types.js';
import { isPlanFile, isSelective } from './sonobuoy.js';
import { type BackupScope, backupScope, isBackedUp, isBackupFile } from './velero.js';
import { type BackupLog, backupLog, isBackupLog, logOf } from './velero-log.js';

const MOST_BYTES = 1024 * 1024;

export interface Task {
  /** Of Velero: what a backup was told to take, and took; and what it says that it left out all the same. */
  backup?: { scope: BackupScope; log: BackupLog | undefined };
  /** Of Sonobuoy: it holds what labels chose. */
  isChosen: boolean;
  /** A file that is not there, and without which no list is whole. */
  lacks?: string;
}

interface Tasks {
  /** False where it is no file of these. */
  hear(entry: Entry): Promise<boolean>;
  /** A file of which no object could be read. */
  missed(path: string): void;
  end(): Task;
}

/** One a bundle. */
export function createTask(): Tasks {
  const backups: (BackupScope | undefined)[] = [];
  const logs: (BackupLog | undefined)[] = [];
  let isChosen = false;
  const jsonIn = async (entry: Entry) => parsed((await entry.whole(MOST_BYTES))?.toString('utf8'));
  return {
    async hear(entry) {
      if (isBackupFile(entry.path)) backups.push(backupScope(await jsonIn(entry)));
      else if (isBackupLog(entry.path)) logs.push(await backupLog(entry));
      else if (isPlanFile(entry.path)) isChosen ||= isSelective(await jsonIn(entry));
      else return false;
      return true;
    },
    missed: (path) => void (isBackedUp(path) && backups.push(undefined)),
    end() {
      // Of several it is not known whose objects these are, and of one that is damaged not what it lacks.
      const [scope] = backups.length === 1 ? backups : [];
      if (!scope) return { isChosen };
      const log = logs.find((each) => each?.backup.endsWith(`/${scope.name}`));
      return { isChosen, backup: { scope, log }, ...(!log && { lacks: logOf(scope) }) };
    },
  };
}

function parsed(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
