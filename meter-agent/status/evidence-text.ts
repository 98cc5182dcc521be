import type { Snapshot } from './snapshot.ts';
import { momentText } from './times.ts';

/** What became of the evidence, for people. */
export function evidenceText(evidence: Snapshot['evidence']): string {
  if (evidence === null) return 'not reported by this agent';
  const { isUploaded, uploaded, lastUploadedAt, waiting, problem } = evidence;
  if (!isUploaded) return 'stays on this machine (uploadEvidence is off)';
  const last = lastUploadedAt === null ? '' : `, the last one at ${momentText(lastUploadedAt)}`;
  const why = problem === null ? '' : `; the API did not take one: ${problem}`;
  return `${uploaded} handed to the API for the parties${last}, ${waiting} waiting${why}`;
}
