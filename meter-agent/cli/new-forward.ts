import { type AgentConfig, configSchema } from '../config/config.ts';
import type { Asker } from './questions.ts';

const YES = /^y(es)?$/i;
const NO = /^no?$/i;

const isAddress = (text: string): boolean => {
  try {
    return /^wss?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
};

function yesOrNo(answer: string): boolean {
  if (YES.test(answer)) return true;
  if (NO.test(answer)) return false;
  throw new Error('Answer yes or no.');
}

function tagsOf(answer: string): string[] {
  const tags = answer
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  if (configSchema.shape.ownerIdTags.safeParse(tags).success) return tags;
  throw new Error('They are card numbers of at most 20 characters, with commas between them.');
}

/**
 * Another central system of a new wallbox. Most systems of a house accept every card, at the host's cost: that only the
 * owner's tags may start is proposed.
 */
export async function gatherForward(asker: Asker) {
  const url = await asker.answer({
    flag: 'forward',
    text: 'Address of another central system that uses this wallbox too, such as evcc or Home Assistant (ws://…; empty: none)',
    fallback: '',
    check: (answer) => {
      if (answer === '' || isAddress(answer)) return answer;
      throw new Error('It is a ws or wss address.');
    },
  });
  if (url === '') return { forward: undefined, ownerIdTags: undefined };
  const password = await asker.answer({
    flag: 'forward-password',
    text: 'Its password for this wallbox (empty: none)',
    fallback: '',
    check: (answer) => {
      if (answer.length <= 64) return answer;
      throw new Error('It has at most 64 characters.');
    },
  });
  const ownerIdTags = await asker.answer({
    flag: 'owner-tags',
    text: 'Your own cards, and the tag with which that system starts by itself, with commas between them (empty: none)',
    fallback: '',
    check: tagsOf,
  });
  const onlyOwnerIdTags = await asker.answer({
    flag: 'only-owner-tags',
    text: 'May only these start a charge, besides bookings? Most such systems accept every card, at your cost (yes or no)',
    fallback: 'yes',
    check: yesOrNo,
  });
  return {
    forward: { url, ...(password === '' ? {} : { password }), onlyOwnerIdTags },
    ownerIdTags: ownerIdTags.length === 0 ? undefined : ownerIdTags,
  };
}

/** The same proposal for a configuration that is there already. */
export const forwardProposals = ({ chargePoints }: Pick<AgentConfig, 'chargePoints'>): string[] =>
  Object.entries(chargePoints).flatMap(([id, { forward }]) =>
    forward === undefined || forward.onlyOwnerIdTags
      ? []
      : [
          `${id} is forwarded to another central system. If that one accepts every card, as most do, any card charges at your cost: ` +
            `set chargePoints.${id}.forward.onlyOwnerIdTags to true, and name your cards under ownerIdTags.`,
        ],
  );
