import { evidenceText } from '../status/evidence-text.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { type Finding, ok, warn } from './findings.ts';
import { say, speech } from './speech.ts';

/** What became of the evidence that the API is to have. */
export function checkEvidence({ evidence }: Snapshot): Finding[] {
  if (evidence === null) return [];
  const text = say('cli.check.evidence', { state: evidenceText(evidence, speech()) });
  if (evidence.problem === null) return [ok('evidence', text)];
  return [warn('evidence', text, say('cli.check.evidence.remedy'))];
}
