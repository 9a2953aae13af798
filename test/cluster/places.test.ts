/** Where a command runs decides whom it reaches: the pod's network and files, service routing, DNS, packet filters. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ask } from './ask.js';
import { type Cluster, startCluster } from './cluster.js';
import {
  clearFilters,
  drop,
  dropFrom,
  NODE_IPS,
  POD_GATEWAY,
  POD_IP,
  reject,
  SERVICE_IP,
  startServiceRouting,
  stopServiceRouting,
} from './net.js';
import { runAsPod } from './pod-place.js';

let cluster: Cluster;

before(async () => {
  cluster = await startCluster();
});
after(() => cluster?.stop());

/** Connects from the pod: prints the error code, `silent` after a second and a half, or the status. */
const CONNECT = `
  const r = require('https').get(process.argv[1], { rejectUnauthorized: false, timeout: 1500 }, (a) => { console.log(a.statusCode); a.resume(); });
  r.on('timeout', () => { console.log('silent'); r.destroy(); }).on('error', (e) => console.log(e.code));`;

async function fromPod(url: string, network: 'pod' | 'host' = 'pod'): Promise<string> {
  const { stdout } = await runAsPod(cluster, { argv: [process.execPath, '-e', CONNECT, url], network });
  return stdout.split('\n')[0] ?? '';
}

describe('places', () => {
  it('give a pod its credentials, its resolver and its environment', async () => {
    const { secretsDir, token } = await cluster.createAgent();
    const script =
      'cat /var/run/secrets/kubernetes.io/serviceaccount/token; echo; echo $KUBERNETES_SERVICE_HOST; getent hosts kubernetes.default.svc n2; getent hosts nope; echo $?';
    const { code, stdout } = await runAsPod(cluster, { argv: ['sh', '-c', script], secretsDir });
    const [shown, host, service, node, unknown] = stdout.split('\n');
    assert.deepEqual([code, shown, host, unknown], [0, token, SERVICE_IP, '2']);
    assert.match(service ?? '', /^10\.96\.0\.1\s+kubernetes\.default\.svc\.cluster\.local$/);
    assert.match(node ?? '', /^10\.77\.0\.12\s+n2$/);
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    assert.deepEqual([claims.sub, claims['kubernetes.io'].node.name], ['system:serviceaccount:datadog:datadog-agent', 'n1']);
    assert.equal(claims['kubernetes.io'].warnafter, claims.iat + 3607);
  });

  it('reach kubelet and apiserver from the pod network and from the host', async () => {
    assert.equal(await fromPod(`https://${NODE_IPS.n1}:10250/pods`), '401');
    assert.equal(await fromPod(`https://${SERVICE_IP}/readyz`), '200');
    assert.equal(await fromPod(`https://${SERVICE_IP}/readyz`, 'host'), '200');
    assert.equal(await fromPod(`https://${POD_GATEWAY}:10250/pods`), 'silent');
  });

  it('can be cut off by packet filters', async () => {
    const kubelet = `https://${NODE_IPS.n1}:10250/healthz`;
    await dropFrom(POD_IP, NODE_IPS.n1, 10250);
    assert.deepEqual([await fromPod(kubelet), await fromPod(kubelet, 'host')], ['silent', '401']);
    const proxied = await ask(`${cluster.apiserver.url}/api/v1/nodes/n1/proxy/healthz`, cluster.adminCertificate);
    assert.equal(proxied.status, 200, 'the apiserver still reaches it');
    await clearFilters();
    await reject(NODE_IPS.n1, 10250, 'tcp-reset');
    await reject(NODE_IPS.n2, 10250, 'admin-prohibited');
    assert.equal(await fromPod(kubelet), 'ECONNREFUSED');
    assert.equal(await fromPod(`https://${NODE_IPS.n2}:10250/healthz`), 'EHOSTUNREACH');
    await clearFilters();
    assert.equal(await fromPod(kubelet), '401');
  });

  it('can lose the service address while the endpoint lives, and DNS', async () => {
    await drop(SERVICE_IP, 443);
    assert.deepEqual([await fromPod(`https://${SERVICE_IP}/readyz`), await fromPod(`${cluster.apiserver.url}/readyz`)], ['silent', '200']);
    await clearFilters();
    await stopServiceRouting();
    assert.equal(await fromPod(`https://${SERVICE_IP}/readyz`), 'ECONNREFUSED');
    await startServiceRouting();
    cluster.dns.silent = true;
    const lookup = `const resolver = new (require('dns').promises.Resolver)({ timeout: 400, tries: 1 });
      resolver.resolve4('kubernetes.default.svc.cluster.local').then(console.log, (e) => console.log(e.code))`;
    const argv = [process.execPath, '-e', lookup];
    const silent = await runAsPod(cluster, { argv });
    cluster.dns.silent = false;
    const heard = await runAsPod(cluster, { argv });
    assert.deepEqual([silent.stdout, heard.stdout], ['ETIMEOUT\n', "[ '10.96.0.1' ]\n"]);
  });
});
