import { isAddressEqual } from 'viem';
import type { ActName, ActOf } from '../calldata/acts.ts';
import type { EventName } from '../rules/events.ts';
import { judgeArrived, judgeCanceled, judgeChallenged } from './bookings.ts';
import { judgeBooked, judgeDeposited } from './intents.ts';
import { ALLOWED, type Judgement, refusedBy } from './judgement.ts';
import { judgePublished, judgeStatus } from './listings.ts';
import { judgeProven } from './proofs.ts';
import type { AnyScene, Scene } from './scene.ts';
import { judgeEarnings, judgeWithdrawn } from './withdrawals.ts';

/** An event that only somebody may cause, and how calldata shows that they did. */
export interface Rule {
  /** Who may, as section 2 of the mechanism has it. */
  who: string;
  /** The calls that cause it. */
  acts: readonly ActName[];
  judge(scene: AnyScene): Judgement | Promise<Judgement>;
  /** Without a call that can be seen, nothing is said: anyone may cause it, from inside of other contracts too. */
  isFree?: boolean;
}

function rule<Name extends EventName, Done extends ActName>(
  _: Name,
  who: string,
  acts: readonly Done[],
  judge: (scene: Scene<Name, Done>) => Judgement | Promise<Judgement>,
): Rule {
  return { who, acts, judge: judge as unknown as Rule['judge'] };
}

/** Who needs nobody's leave, or whose leave stands in the event itself, where the accounting checks it. */
type Elsewhere =
  | 'signatures in the event'
  | 'anyone, once it is time'
  | 'part of the event that follows'
  | 'changes nothing';

/** Every event of the market, and who may cause it. */
export const RULES: Readonly<Record<EventName, Rule | Elsewhere>> = {
  ListingPublished: rule(
    'ListingPublished',
    'the host; the agent consents to a new listing',
    ['publishListing', 'updateListing'],
    judgePublished,
  ),
  ListingStatusChanged: rule('ListingStatusChanged', 'the host', ['setListingStatus'], judgeStatus),
  Booked: rule(
    'Booked',
    'the driver, or anyone with the driver’s intent',
    ['bookAsDriver', 'book', 'bookByWallet', 'bookOffer', 'fundAndBook'],
    judgeBooked,
  ),
  Canceled: rule(
    'Canceled',
    'the driver; or the host, once it is time with the session key’s agreement',
    ['cancelByDriver', 'cancelByHost'],
    judgeCanceled,
  ),
  Arrived: rule('Arrived', 'the driver or the session key', ['arrived'], judgeArrived),
  Challenged: rule('Challenged', 'the driver or the session key', ['challenge'], judgeChallenged),
  Proven: rule('Proven', 'anyone with the start secret and the meter’s records', ['prove'], judgeProven),
  Withdrawn: rule('Withdrawn', 'the account', ['withdraw', 'withdrawBySignature'], judgeWithdrawn),
  EarningsWithdrawn: rule(
    'EarningsWithdrawn',
    'the host',
    ['withdrawEarnings', 'withdrawEarningsBySignature'],
    judgeEarnings,
  ),
  NewBookingsPaused: rule('NewBookingsPaused', 'the guardian', ['pauseNewBookings'], judgePaused),
  RelayFeePaid: rule(
    'RelayFeePaid',
    'whoever sent the message',
    [
      'book',
      'bookByWallet',
      'bookOffer',
      'fundAndBook',
      'bookAsDriver',
      'withdrawBySignature',
      'withdrawEarningsBySignature',
    ],
    judgeRelayFee,
  ),
  Deposited: {
    ...rule(
      'Deposited',
      'anyone, of their own tokens',
      ['deposit', 'depositWithPermit', 'depositWithAuthorization', 'fundAndBook'],
      judgeDeposited,
    ),
    isFree: true,
  },
  OfferTaken: 'signatures in the event',
  NoShowClaimed: 'signatures in the event',
  Claimed: 'signatures in the event',
  ClaimedAlone: 'signatures in the event',
  Settled: 'signatures in the event',
  SettledAlone: 'signatures in the event',
  SlotsGivenBack: 'signatures in the event',
  Finalised: 'anyone, once it is time',
  Expired: 'anyone, once it is time',
  NoShowContested: 'anyone, once it is time',
  BondForfeited: 'part of the event that follows',
  MarketFeePaid: 'part of the event that follows',
  BatchItemSkipped: 'changes nothing',
  EIP712DomainChanged: 'changes nothing',
};

function judgePaused({ context, act }: Scene<'NewBookingsPaused', 'pauseNewBookings'>): Judgement {
  const { guardian } = context;
  return isAddressEqual(act.sender, guardian)
    ? ALLOWED
    : refusedBy('guardian', 'Only the guardian pauses new bookings.', guardian, `a call by ${act.sender}`);
}

type Relayed = 'book' | 'bookByWallet' | 'bookOffer' | 'fundAndBook' | 'bookAsDriver';

function judgeRelayFee({
  event,
  act,
}: Scene<'RelayFeePaid', Relayed | 'withdrawBySignature' | 'withdrawEarningsBySignature'>): Judgement {
  const { relayer } = event.args;
  const rule = 'A relay fee is for who sends the message.';
  return isAddressEqual(relayer, act.sender) ? ALLOWED : refusedBy('relayFee', rule, act.sender, relayer);
}

export type { ActOf };
