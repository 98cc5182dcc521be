import { choose, isPossible, KINDS } from './choose/choose.ts';
import type { Ledger } from './ledger.ts';
import { HonestRng, RNG_RANGE } from './rng.ts';
import { forecast } from './rules/market-rules.ts';
import type { World } from './world.ts';

/** More numbers than any step uses up. */
const NUMBERS = 96;

/** Events that end a booking with a session. */
const SESSION_ENDS = ['Settled', 'SettledAlone', 'Finalised'];

/** Steps that a history may take for each of its sessions: ten times what it needs. */
const STEPS_A_SESSION = 200;

/** Numbers below `RNG_RANGE` from a seed (mulberry32). */
function* numbersFrom(seed: number): Generator<number, never> {
  for (let state = seed | 0; ; ) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    yield ((mixed ^ (mixed >>> 14)) >>> 0) % RNG_RANGE;
  }
}

/**
 * Honest people use the market until so many bookings have ended by a reading or a fee. Calls that the market would refuse
 * are not made.
 *
 * @throws Error if the ledger refuses what the model allows.
 */
export async function playHonestly(
  { world, ledger }: { world: World; ledger: Ledger },
  { seed, sessions }: { seed: number; sessions: number },
): Promise<{ steps: number }> {
  const numbers = numbersFrom(seed);
  const draw = () => numbers.next().value;
  let [ended, steps] = [0, 0];
  for (let tried = 0; ended < sessions; tried++) {
    if (tried > sessions * STEPS_A_SESSION)
      throw new Error(`Seed ${seed} ends no more than ${ended} bookings.`);
    const kind = KINDS[(draw() * RNG_RANGE + draw()) % KINDS.length];
    if (kind === undefined || !isPossible(kind, world)) continue;
    const rng = new HonestRng(Array.from({ length: NUMBERS }, draw));
    const call = choose(kind, world, rng, ledger.addresses);
    const { refusals, effect } = forecast(world, call);
    if (refusals.length > 0) continue;
    const { status } = await ledger.sendSigned(world, call);
    if (Number(status) !== 1) throw new Error(`Seed ${seed}: the ledger refuses ${kind}.`);
    ended += effect().filter(({ name }) => SESSION_ENDS.includes(name)).length;
    world.nowSec += 1;
    steps++;
  }
  return { steps };
}
