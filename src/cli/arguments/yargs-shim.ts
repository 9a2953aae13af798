/**
 * What the bundles give yargs in place of its platform (lib/platform-shims/esm.mjs): the same words, without what draws and finds, for we print no
 * help of yargs and let it read no files. Its own loads grapheme tables, locales and assertions, as long as Node itself takes to start.
 */
import { inspect } from 'node:util';
import Parser from 'yargs-parser';

type Value = string | number | boolean | undefined;

/** `%s` and `%d` in order, as y18n does it in English, where a message is its own key. */
function say(message: string, ...values: Value[]): string {
  return message.replace(/%[sd]/g, () => String(values.shift()));
}

/** yargs draws the help of a command that is refused, and throws it away. */
const columns = () => ({ div: () => undefined, span: () => undefined, resetOutput: () => undefined, toString: () => '' });

function never(): never {
  throw new Error('yargs reads no files here');
}

const shim = {
  assert: { strictEqual: () => undefined, notStrictEqual: () => undefined },
  cliui: columns,
  findUp: () => undefined,
  getCallerFile: never,
  getEnv: (name: string) => process.env[name],
  getProcessArgvBin: () => 'kubelet-doctor',
  inspect,
  mainFilename: '',
  Parser,
  path: {
    basename: (name: string) => name,
    dirname: never,
    extname: never,
    join: never,
    relative: (_: string, to: string) => to,
    resolve: never,
  },
  process: {
    argv: () => process.argv,
    cwd: () => '/',
    emitWarning: (warning: string, type: string) => process.emitWarning(warning, type),
    execPath: () => process.execPath,
    exit: never,
    nextTick: process.nextTick,
    stdColumns: null,
  },
  readFileSync: never,
  readdirSync: never,
  require: never,
  stringWidth: (text: string) => text.length,
  y18n: {
    __: say,
    __n: (one: string, other: string, count: number, ...values: Value[]) => say(count === 1 ? one : other, ...values),
    getLocale: () => 'en',
    setLocale: () => undefined,
    updateLocale: () => undefined,
  },
};

// biome-ignore lint/style/noDefaultExport: as yargs imports its own
export default shim;
