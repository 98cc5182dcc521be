import { zeroAddress, zeroHash } from 'viem';
import { signMessageOf } from '../../protocol/signature.ts';
import type { AuthorityEvidence } from './authority-evidence.ts';
import { causedBy, forged, retold, stranger } from './forged-acts.ts';
import type { Forgery } from './forgeries.ts';

/** The fee of a relayed call goes to a stranger, who will have sent it. */
function paidToStranger(honest: AuthorityEvidence, tx: string): AuthorityEvidence {
  const fee = honest.events.find((event) => event.eventName === 'RelayFeePaid' && event.tx === tx);
  return retold(honest, fee as never, { relayer: stranger.address } as never);
}

/** A node that cannot say what code answers. */
const withoutCode = (honest: AuthorityEvidence): AuthorityEvidence => {
  const unknown = async (): Promise<undefined> => undefined;
  const answers = { ...honest.context.answers, callAt: unknown, codeAt: unknown };
  return { ...honest, context: { ...honest.context, answers } };
};

/** Messages and money, each wrong in one way. */
export const MORE_FORGERIES: [what: string, code: string, forge: Forgery][] = [
  [
    'an intent of a key that did not sign it',
    'authority.booking',
    (honest) => {
      const { act } = causedBy(honest, 'Booked', 'bookByWallet');
      const [booking, weeklyHours, placeHash, limits] = act.args;
      const driverSignature = { r: zeroHash, vs: zeroHash };
      const signed = { booking, weeklyHours, placeHash, limits, driverSignature };
      return forged<'book'>(honest, { ...act, name: 'book' } as never, [signed]);
    },
  ],
  [
    'an intent that another relayer sends',
    'authority.relayer',
    (honest) => {
      const { act, event } = causedBy(honest, 'Booked', 'bookOffer');
      return forged(paidToStranger(honest, event.tx), act, act.args, stranger);
    },
  ],
  [
    'money of another that books',
    'authority.booking',
    (honest) => {
      const { act } = causedBy(honest, 'Booked', 'fundAndBook');
      const { event } = causedBy(honest, 'Deposited', 'fundAndBook');
      const money = { ...act.args[4], from: stranger.address };
      return forged(retold(honest, event, { from: stranger.address }), act, act.args.with(4, money));
    },
  ],
  [
    'a withdrawal from the zero account, where no code can be asked',
    'authority.withdrawal',
    (honest) => {
      const { event } = causedBy(honest, 'Withdrawn', 'withdrawBySignature');
      return retold(withoutCode(honest), event, { account: zeroAddress });
    },
  ],
  [
    'earnings of another amount',
    'authority.withdrawal',
    (honest) =>
      retold(honest, causedBy(honest, 'EarningsWithdrawn', 'withdrawEarnings').event, { amount: 1n }),
  ],
  [
    'signed earnings to another than said',
    'authority.withdrawal',
    (honest) =>
      retold(honest, causedBy(honest, 'EarningsWithdrawn', 'withdrawEarningsBySignature').event, {
        to: stranger.address,
      }),
  ],
  [
    'a relay fee of all that a message moves',
    'authority.relayFee',
    async (honest) => {
      const { act, event } = causedBy(honest, 'Withdrawn', 'withdrawBySignature');
      const [{ amount, ...said }] = act.args;
      const message = { ...said, amount, account: stranger.address, nonce: 0n, relayFee: amount };
      const signature = await signMessageOf(stranger, honest.context.market, 'Withdraw', message);
      const told = retold(honest, event, { account: stranger.address });
      return forged(told, act, [message, signature]);
    },
  ],
];
