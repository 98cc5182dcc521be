import { evidenceText } from '../status/evidence-text.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { type Finding, ok, warn } from './findings.ts';

/** What became of the evidence that the API is to have. */
export function checkEvidence({ evidence }: Snapshot): Finding[] {
  if (evidence === null) return [];
  const text = `Evidence: ${evidenceText(evidence)}.`;
  if (evidence.problem === null) return [ok('evidence', text)];
  const remedy = 'It is kept in "evidence" of the data folder; what waits is handed in again by itself.';
  return [warn('evidence', text, remedy)];
}
