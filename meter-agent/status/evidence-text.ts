import type { Speech } from '../words/speech.ts';
import type { Snapshot } from './snapshot.ts';

/** What became of the evidence, for people. */
export function evidenceText(evidence: Snapshot['evidence'], { say, moment }: Speech): string {
  if (evidence === null) return say('evidence.unknown');
  const { isUploaded, uploaded, lastUploadedAt, waiting, problem } = evidence;
  if (!isUploaded) return say('evidence.off');
  const last = { hasLast: lastUploadedAt === null ? 'no' : 'yes', at: moment(lastUploadedAt ?? 0) };
  const why = { hasProblem: problem === null ? 'no' : 'yes', problem: problem ?? '' };
  return say('evidence.uploaded', { uploaded, waiting, ...last, ...why });
}
