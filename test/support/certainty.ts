/** A certainty for tests that are about other things. */
import { inTheirWords } from '../../src/checks/shared/proof.js';
import type { HowSure } from '../../src/model/check.js';
import type { Fact } from '../../src/model/facts.js';

const settings: Fact<'settings'> = { kind: 'settings', target: 'self', subject: '', outcome: { status: 'observed', data: [] } };

export const PROVEN: HowSure = { certainty: 'proven', witnesses: inTheirWords(settings) };
export const SUSPECTED: HowSure = { certainty: 'suspected' };
