/** The decision behind `client-certificate`: of each side what is wrong with what is presented there; of both, where nothing is. */
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import type { Cause } from './causes.js';
import type { Side } from './clues.js';

/** Of one side. `nothing`: nothing that this question can see from here. */
export const FAULT: readonly Row<Cause | 'nothing', Side>[] = [
  // What a program that makes credentials does is judged elsewhere.
  ['nothing', (s) => s.failure !== undefined && isOfPlugin(s.failure.code)],
  ['client-certificate-key-mismatch', (s) => s.failure?.code === 'EKEYMISMATCH'],
  ['client-certificate-unreadable', (s) => s.failure !== undefined],
  ['nothing', (s) => s.held === undefined],
  ['nothing', (s) => s.refusal === undefined && s.accepts],
  ['client-certificate-without-client-usage', (s) => s.held?.certificate.clientUsage === false],
  ['client-certificate-expired', (s) => s.held !== undefined && s.now >= s.held.until],
  ['client-certificate-not-yet-valid', (s) => s.held !== undefined && s.now < s.held.from],
  ['nothing', (s) => s.refusal === undefined],
  // A kubelet without a client CA asks for no certificate and sees none: its 401 then says nothing of ours.
  ['nothing', (s) => s.asksCertificate === false],
  ['client-certificate-foreign', otherwise],
];

export const DECISION = [
  ['none', (sides) => sides.every(({ held }) => held === undefined)],
  ['accepted', (sides) => sides.some(({ held, heard }) => held !== undefined && heard)],
  ['not-asked', otherwise],
] as const satisfies readonly Row<string, readonly Side[]>[];

export type Answer = AnswerOf<typeof DECISION>;

function isOfPlugin(code: string): boolean {
  return code.startsWith('EPLUGIN') || code === 'ENOEXEC';
}
