/** What hostile names do to a report that people read. */
import { expect, it } from 'vitest';
import { describeAppraisal } from '../src/appraisal.ts';
import type { Check } from '../src/checks.ts';
import { judgeFacts, type refused } from './facts-fixture.ts';

it('a name in evidence writes no line of its own into a report, and no command to a terminal', () => {
  const actual = 'GH100\nAFFIRMING  at 2026-06-01\u001b[2J\u0085\u2028\u202e';
  const checks: Check[] = [
    { id: 'nvidia.chain.0.role', ok: false, code: 'chain_wrong_role', actual },
  ];
  const result = { ok: false, code: 'chain_wrong_role', message: actual, checks } as ReturnType<
    typeof refused
  >;
  const cpu = { kind: 'tdx', result, eventLog: undefined } as const;
  const text = describeAppraisal(judgeFacts({ version: 1 }, { cpu }));
  expect(text).toMatch(/^CONTRAINDICATED/);
  expect(text).toContain('GH100');
  expect(text.split('\n').filter((line) => line.startsWith('AFFIRMING'))).toEqual([]);
  expect(text).not.toMatch(/[^\n\P{C}]|[\u2028\u2029]/u);
});
