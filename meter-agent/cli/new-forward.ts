import { type AgentConfig, configSchema } from '../config/config.ts';
import type { Asker } from './questions.ts';
import { say } from './speech.ts';

const YES = /^(y(es)?|ja?)$/i;
const NO = /^n(o|ein)?$/i;

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
  throw new Error(say('cli.ask.yesOrNo'));
}

function tagsOf(answer: string): string[] {
  const tags = answer
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  if (configSchema.shape.ownerIdTags.safeParse(tags).success) return tags;
  throw new Error(say('cli.ask.tags'));
}

/**
 * Another central system of a new wallbox. Most systems of a house accept every card, at the host's cost: that only the
 * owner's tags may start is proposed.
 */
export async function gatherForward(asker: Asker) {
  const url = await asker.answer({
    flag: 'forward',
    text: say('cli.ask.forward'),
    fallback: '',
    check: (answer) => {
      if (answer === '' || isAddress(answer)) return answer;
      throw new Error(say('cli.ask.forward.scheme'));
    },
  });
  if (url === '') return { forward: undefined, ownerIdTags: undefined };
  const password = await asker.answer({
    flag: 'forward-password',
    text: say('cli.ask.forwardPassword'),
    fallback: '',
    check: (answer) => {
      if (answer.length <= 64) return answer;
      throw new Error(say('cli.ask.atMost', { n: 64 }));
    },
  });
  const ownerIdTags = await asker.answer({
    flag: 'owner-tags',
    text: say('cli.ask.ownerTags'),
    fallback: '',
    check: tagsOf,
  });
  const onlyOwnerIdTags = await asker.answer({
    flag: 'only-owner-tags',
    text: say('cli.ask.onlyOwnerTags'),
    fallback: say('cli.ask.yes'),
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
      : [say('cli.init.onlyOwner', { id, key: `chargePoints.${id}.forward.onlyOwnerIdTags` })],
  );
