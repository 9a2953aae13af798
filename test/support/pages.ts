/** What the pages for people hold that can be wrong: commands, links, and names of files. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Page {
  file: string;
  text: string;
}

/** Every page that a user or a contributor reads. */
export function allPages(): Page[] {
  const within = (folder: string) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`);
  return ['README.md', 'src/README.md', ...within('src/help'), ...within('.github')].map((file) => ({
    file,
    text: readFileSync(file, 'utf8'),
  }));
}

/** Code that is not printed by a program: shell blocks, indented blocks and spans; a line that ends in `\` goes on. */
export function codeOf({ text }: Page): string[] {
  const prose = text.replace(/^```(\w*)\n([\s\S]*?)^```/gm, (_, language: string, code: string) =>
    language === 'sh' ? code.replace(/^(?=.)/gm, '    ') : '',
  );
  const blocks = [...prose.replace(/\\\n\s*/g, ' ').matchAll(/^ {4}(\S.*)$/gm)].map(([, line = '']) => line.replace(/\s+#\s.*$/, ''));
  const spans = [...prose.replace(/^ {4}\S.*$/gm, '').matchAll(/`([^`]+)`/g)].map(([, span = '']) => span.replace(/\s+/g, ' '));
  return [...blocks, ...spans];
}

/** The addresses of links and pictures. */
export function linksOf({ text }: Page): string[] {
  return [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, address = '']) => address);
}

/** What stands before a program that is run: nothing, or one of these. `kubectl kubelet-doctor` is a plugin of kubectl. */
const RUNNERS = ['sudo', '--', 'npx', 'kubectl', 'node'];
const OPERATOR = /^(\||\|\||&&|;|>|<|\(|\)|\$\()$/;

/** The words behind each program of this name that a line of shell runs. */
export function wordsBehind(program: RegExp, line: string): string[][] {
  const words = shellWords(line.replace(/npm run (-s )?demo( --)?/g, 'kubelet-doctor demo'));
  const isRun = (at: number) => at === 0 || OPERATOR.test(words[at - 1] ?? '') || RUNNERS.includes(words[at - 1] ?? '');
  const starts = words.flatMap((word, at) => (program.test(word) && isRun(at) ? [at] : []));
  return starts.map((at) => {
    const rest = words.slice(at + 1);
    const end = rest.findIndex((word) => OPERATOR.test(word));
    return end < 0 ? rest : rest.slice(0, end);
  });
}

/** As a shell parts them, as far as our pages go: quotes, `$(…)` also in double quotes, and operators as words. */
function shellWords(line: string): string[] {
  const open = line.replace(/"\$\(([^"]*)\)"/g, ' $( $1 ) ');
  return (open.match(/'[^']*'|"[^"]*"|\|\||&&|[|;<>()]|\$\(|(?:[^\s|;<>()&'"$]|\$(?!\())+|&/g) ?? []).map((word) =>
    word.replace(/^'([^']*)'$|^"([^"]*)"$/, (_, single?: string, double?: string) => single ?? double ?? ''),
  );
}
