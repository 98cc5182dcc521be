import { type Figures, flat } from './figures.ts';

/** The most that a figure should be: gas, or bytes. */
const TARGETS: Readonly<Record<string, number>> = {
  'osaka.sessionSteady': 95_000,
  'osaka.sessionBatched': 58_000,
  'osaka.list': 75_000,
  'osaka.challengeProof': 112_000,
  'osaka.proofWithoutClz': 130_000,
  'osaka.sessionAllowed': 92_000,
  'osaka.sessionRaised': 97_000,
  'osaka.sessionByOffer': 105_500,
  'osaka.sweepFirst': 160_000,
  'osaka.sweepLater': 90_000,
  'osaka.calldata.deflated': 700,
};

/** How much dearer the steady session may be on the coming hardfork. */
const AMSTERDAM_RATIO = 1.15;

/** A line for each target: the figure, the target, and whether it is met. */
export function targetLines(figures: Figures): string[] {
  const values = new Map(flat(figures));
  const lines = Object.entries(TARGETS).map(([name, most]) => targetLine(name, values.get(name), most));
  const ratio = Number(values.get('amsterdam.sessionSteady')) / Number(values.get('osaka.sessionSteady'));
  return [...lines, targetLine('amsterdam / osaka steady', Number(ratio.toFixed(3)), AMSTERDAM_RATIO)];
}

function targetLine(name: string, value: number | string | null | undefined, most: number): string {
  const text = typeof value === 'number' ? value.toLocaleString('en') : '–';
  const verdict = typeof value !== 'number' ? 'not measured' : value <= most ? 'met' : 'missed';
  return `${name.padEnd(28)} ${text.padStart(9)}  at most ${most.toLocaleString('en').padStart(8)}  ${verdict}`;
}
