/** `--fail-on` is a setting of the report, and JUnit fails by it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderJunit } from '../../src/render/junit.js';
import { diagnoseWorld } from '../scenarios/run.js';

/** A risk (verification is off) beside what blocks (no rights). */
const WORLD = { agent: { tlsVerify: false, rights: [] } };

describe('--fail-on', () => {
  it('makes risks failures beside worse ones, and only then', async () => {
    const failures = async (args: string[]) => {
      const { report } = await diagnoseWorld(WORLD, args);
      const given = report.settings.filter(({ setting }) => setting === 'fail-on').map(({ value }) => value);
      return { given, risk: /<failure type="tls-verification-disabled"/.test(renderJunit(report)) };
    };
    assert.deepEqual(await failures([]), { given: [], risk: false });
    assert.deepEqual(await failures(['--fail-on', 'risk']), { given: ['risk'], risk: true });
  });
});
