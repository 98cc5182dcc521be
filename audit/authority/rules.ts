import { isAddressEqual } from 'viem';
import type { ActName } from '../calldata/acts.ts';
import type { EventName } from '../rules/events.ts';
import { checkArrived, checkCanceled, checkChallenged } from './booking-acts.ts';
import { checkBooked, checkDeposited } from './intents.ts';
import { ALLOWED, type Judgement, refusedBy } from './judgement.ts';
import { checkPublished, checkStatus } from './listings.ts';
import { checkProven } from './proofs.ts';
import type { AnyScene, Scene } from './scene.ts';
import { checkEarnings, checkWithdrawn } from './withdrawals.ts';

/** An event that only somebody may cause, and how calldata shows that they did. */
export interface Rule {
  /** Who may, in words. */
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
    checkPublished,
  ),
  ListingStatusChanged: rule('ListingStatusChanged', 'the host', ['setListingStatus'], checkStatus),
  Booked: rule(
    'Booked',
    'the driver, or anyone with the driver’s intent',
    ['bookAsDriver', 'book', 'bookByWallet', 'bookOffer', 'fundAndBook'],
    checkBooked,
  ),
  Canceled: rule(
    'Canceled',
    'the driver; or the host, once it is time with the session key’s agreement',
    ['cancelByDriver', 'cancelByHost'],
    checkCanceled,
  ),
  Arrived: rule('Arrived', 'the driver or the session key', ['arrived'], checkArrived),
  Challenged: rule('Challenged', 'the driver or the session key', ['challenge'], checkChallenged),
  Proven: rule('Proven', 'anyone with the start secret and the meter’s records', ['prove'], checkProven),
  Withdrawn: rule('Withdrawn', 'the account', ['withdraw', 'withdrawBySignature'], checkWithdrawn),
  EarningsWithdrawn: rule(
    'EarningsWithdrawn',
    'the host',
    ['withdrawEarnings', 'withdrawEarningsBySignature'],
    checkEarnings,
  ),
  NewBookingsPaused: rule('NewBookingsPaused', 'the guardian', ['pauseNewBookings'], checkPaused),
  RelayFeePaid: rule(
    'RelayFeePaid',
    'the sender of the message',
    [
      'book',
      'bookByWallet',
      'bookOffer',
      'fundAndBook',
      'bookAsDriver',
      'withdrawBySignature',
      'withdrawEarningsBySignature',
    ],
    checkRelayFee,
  ),
  Deposited: {
    ...rule(
      'Deposited',
      'anyone, of their own tokens',
      ['deposit', 'depositWithPermit', 'depositWithAuthorization', 'fundAndBook'],
      checkDeposited,
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

function checkPaused({ context, act }: Scene<'NewBookingsPaused', 'pauseNewBookings'>): Judgement {
  const { guardian } = context;
  return isAddressEqual(act.sender, guardian)
    ? ALLOWED
    : refusedBy('guardian', 'Only the guardian pauses new bookings.', guardian, `a call by ${act.sender}`);
}

type Relayed = 'book' | 'bookByWallet' | 'bookOffer' | 'fundAndBook' | 'bookAsDriver';

function checkRelayFee({
  event,
  act,
}: Scene<'RelayFeePaid', Relayed | 'withdrawBySignature' | 'withdrawEarningsBySignature'>): Judgement {
  const { relayer } = event.args;
  const rule = 'A relay fee is for who sends the message.';
  return isAddressEqual(relayer, act.sender) ? ALLOWED : refusedBy('relayFee', rule, act.sender, relayer);
}
