/** Kubeconfigs, and what every reader must make of them. Written for the agreement test; see kubeconfig.test.ts. */

/** One row: files by relative name, which of them is asked for, and what comes out. */
export interface Case {
  name: string;
  files: Record<string, string>;
  /** KUBECONFIG, by relative names; default `config`. */
  list?: string[];
  context?: string;
  /** Nobody can use it; ours says so in a line that matches. */
  error?: RegExp;
  /** Why kubectl's view of it is another. */
  kubectlDiffers?: string;
  /** Why @kubernetes/client-node reads it otherwise. */
  clientNodeDiffers?: string;
}

const b64 = (text: string) => Buffer.from(text).toString('base64');
const PEMS = { 'pki/ca.pem': 'CA\n', 'pki/cert.pem': 'CERT\n', 'pki/key.pem': 'KEY\n' };

/** A config of one context, with these fields in flow style. */
function one(cluster: string, user: string, context = ''): string {
  return `apiVersion: v1
kind: Config
current-context: main
contexts:
- name: main
  context: {cluster: c, user: u${context && `, ${context}`}}
clusters:
- name: c
  cluster: {server: "https://10.0.0.1:6443"${cluster && `, ${cluster}`}}
users:
- name: u
  user: {${user}}
`;
}

const plain = one('', 'token: abc');
const partial = (body: string) => `apiVersion: v1\nkind: Config\n${body}`;

export const CASES: Case[] = [
  { name: 'token', files: { config: plain } },
  {
    name: 'inline data',
    files: {
      config: one(
        `certificate-authority-data: ${b64('CA\n')}`,
        `client-certificate-data: ${b64('CERT\n')}, client-key-data: ${b64('KEY\n')}`,
      ),
    },
  },
  {
    name: 'relative paths',
    files: { config: one('certificate-authority: pki/ca.pem', 'client-certificate: pki/cert.pem, client-key: ./pki/key.pem'), ...PEMS },
  },
  {
    name: 'relative paths from a subdirectory',
    files: {
      'sub/config': one('certificate-authority: ../pki/ca.pem', 'client-certificate: ../pki/cert.pem, client-key: ../pki/key.pem'),
      ...PEMS,
    },
    list: ['sub/config'],
  },
  {
    name: 'data before file',
    files: { config: one(`certificate-authority: pki/ca.pem, certificate-authority-data: ${b64('OTHER\n')}`, 'token: abc'), ...PEMS },
    kubectlDiffers: 'its --flatten refuses both; client-go prefers the data',
    clientNodeDiffers: 'it keeps both, and chooses when it connects',
  },
  { name: 'tls-server-name', files: { config: one('tls-server-name: kubernetes.default', 'token: abc') } },
  { name: 'proxy-url', files: { config: one('proxy-url: "http://proxy:3128"', 'token: abc') } },
  { name: 'insecure', files: { config: one('insecure-skip-tls-verify: true', 'token: abc') } },
  {
    name: 'insecure, said as yes',
    files: { config: one('insecure-skip-tls-verify: yes', 'token: abc') },
    clientNodeDiffers: 'its YAML is 1.2, where yes is text',
  },
  {
    name: 'tokenFile',
    files: { config: one('', 'tokenFile: secrets/token'), 'secrets/token': 'from-file\n' },
    clientNodeDiffers: 'it knows no tokenFile',
  },
  {
    name: 'tokenFile before token',
    files: { config: one('', 'token: stale, tokenFile: secrets/token'), 'secrets/token': 'from-file\n' },
    clientNodeDiffers: 'it knows no tokenFile',
  },
  { name: 'user name and password', files: { config: one('', 'username: admin, password: hunter2hunter2') } },
  { name: 'impersonation', files: { config: one('', 'token: abc, as: someone, as-groups: [a, b], as-user-extra: {reason: [test]}') } },
  {
    name: 'exec',
    files: {
      config: one(
        '',
        'exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: bin/plugin, args: [get, token], env: [{name: A, value: b}]}',
      ),
    },
  },
  {
    name: 'exec from PATH',
    files: { config: one('', 'exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, args: [eks, get-token]}') },
  },
  { name: 'namespace', files: { config: one('', 'token: abc', 'namespace: datadog') } },
  {
    name: 'no user at all',
    files: {
      config: partial(
        'current-context: a\ncontexts: [{name: a, context: {cluster: c, user: ""}}]\nclusters: [{name: c, cluster: {server: "https://x"}}]\n',
      ),
    },
  },
  {
    name: 'JSON',
    files: {
      config: JSON.stringify({
        kind: 'Config',
        apiVersion: 'v1',
        'current-context': 'a',
        contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: 'https://x:6443' } }],
        users: [{ name: 'u', user: { token: 't' } }],
      }),
    },
  },
  {
    name: 'JSON with tabs',
    files: {
      config: `{\n\t"current-context": "a",\n\t"contexts": [{"name": "a", "context": {"cluster": "c"}}],\n\t"clusters": [{"name": "c", "cluster": {"server": "https://x"}}]\n}`,
    },
  },
  {
    name: 'anchors and merge keys',
    files: {
      config: partial(
        'x: &u {token: abc}\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "https://x"}}]\nusers: [{name: u, user: {<<: *u, as: me}}]\n',
      ),
    },
  },
  { name: 'a comment, CRLF, a document marker', files: { config: `# mine\r\n---\r\n${plain.replaceAll('\n', '\r\n')}` } },
  {
    name: 'a second document is not read',
    files: { config: `${plain}---\ncurrent-context: [\n` },
    clientNodeDiffers: 'it takes one document only',
  },
  {
    name: 'a key given twice: the last',
    files: { config: plain.replace('current-context: main', 'current-context: x\ncurrent-context: main') },
    clientNodeDiffers: 'it refuses duplicate keys',
  },
  {
    name: 'names with spaces and slashes',
    files: {
      config: partial(
        'current-context: "arn:aws:eks:eu/x y"\ncontexts: [{name: "arn:aws:eks:eu/x y", context: {cluster: "c/1", user: "u@c 1"}}]\nclusters: [{name: "c/1", cluster: {server: "https://x"}}]\nusers: [{name: "u@c 1", user: {token: t}}]\n',
      ),
    },
  },
  {
    name: 'merged: context here, cluster and user there',
    files: {
      a: partial('current-context: m\ncontexts: [{name: m, context: {cluster: c, user: u}}]\n'),
      'd/b': partial(
        'clusters: [{name: c, cluster: {server: "https://x", certificate-authority: ../pki/ca.pem}}]\nusers: [{name: u, user: {token: t}}]\n',
      ),
      ...PEMS,
    },
    list: ['a', 'd/b'],
  },
  { name: 'merged: current-context of the second', files: { a: partial('clusters: []\n'), b: plain }, list: ['a', 'b'] },
  {
    name: 'merged: the first current-context wins',
    files: { a: partial('current-context: other\ncontexts: [{name: other, context: {cluster: c, user: u}}]\n'), b: plain },
    list: ['a', 'b'],
  },
  {
    name: 'merged: the first entry of a name wins',
    files: {
      a: partial('users: [{name: u, user: {token: first}}]\nclusters: [{name: c, cluster: {server: "https://first"}}]\n'),
      b: plain,
    },
    list: ['a', 'b'],
    clientNodeDiffers: 'it refuses duplicates',
  },
  { name: 'merged: a file that does not exist is passed over', files: { b: plain }, list: ['missing', 'b'], clientNodeDiffers: 'it fails' },
  { name: 'merged: the same file twice', files: { b: plain }, list: ['b', 'b'], clientNodeDiffers: 'it refuses duplicates' },
  {
    name: 'another context by name',
    files: { config: plain.replace('- name: main', '- name: other\n  context: {cluster: c, user: u, namespace: elsewhere}\n- name: main') },
    context: 'other',
  },

  { name: 'unknown context', files: { config: plain }, context: 'gone', error: /has no context "gone"; known: "main"$/ },
  {
    name: 'current-context that is not there',
    files: { config: plain.replace('current-context: main', 'current-context: gone') },
    error: /has no context "gone"; known: "main"/,
  },
  {
    name: 'no current-context',
    files: { config: plain.replace('current-context: main\n', '') },
    error: /no current-context; name one with --context \(known: "main"\)/,
  },
  {
    name: 'user that is not there',
    files: { config: plain.replace('user: u}', 'user: gone}') },
    error: /user "gone", which is not defined \(known: "u"\)/,
    clientNodeDiffers: 'it goes on as nobody',
  },
  {
    name: 'cluster that is not there',
    files: { config: plain.replace('cluster: c,', 'cluster: gone,') },
    error: /cluster "gone", which is not defined \(known: "c"\)/,
  },
  { name: 'empty file', files: { config: '' }, error: /has no context/ },
  { name: 'only a comment', files: { config: '# nothing\n' }, error: /has no context/ },
  { name: 'YAML with a tab', files: { config: plain.replace('- name: main', '\t- name: main') }, error: /config:5: / },
  { name: 'YAML cut off', files: { config: plain.replace('{token: abc}', '{token: "abc') }, error: /config:1[23]: / },
  {
    name: 'a number for a token',
    files: { config: plain.replace('token: abc', 'token: 123456') },
    error: /config:12: token must be text; put quotes around it/,
    clientNodeDiffers: 'it takes any type',
  },
  {
    name: 'a namespace called n',
    files: { config: one('', 'token: abc', 'namespace: n') },
    error: /config:6: namespace must be text/,
    clientNodeDiffers: 'its YAML is 1.2, where n is text',
  },
  {
    name: 'text for a flag',
    files: { config: one('insecure-skip-tls-verify: "true"', 'token: abc') },
    error: /must be true or false/,
    clientNodeDiffers: 'it takes it for false',
  },
  {
    name: 'a name twice',
    files: { config: `${plain}- name: u\n  user: {token: other}\n` },
    error: /config:13: user "u" is defined twice/,
    clientNodeDiffers: 'it takes the first',
  },
  {
    name: 'data that is no base64',
    files: { config: one('certificate-authority-data: "%%%"', 'token: abc') },
    error: /config:9: certificate-authority-data is not base64/,
    clientNodeDiffers: 'it decodes later',
  },
  {
    name: 'another kind',
    files: { config: 'kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\n' },
    error: /config:1: kind is KubeletConfiguration, not Config/,
  },
  { name: 'a list', files: { config: '[1, 2]' }, error: /must be a mapping/ },
  { name: 'text', files: { config: 'hello' }, error: /must be a mapping/ },
  { name: 'contexts that are no list', files: { config: plain.replace('contexts:\n-', 'contexts:\n ') }, error: /contexts must be a list/ },
];
