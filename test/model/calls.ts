import type { AgentClaim, BookingState, Made } from './world.ts';

/** The signer, or null for no signature: then the sender must be authorized himself. */
type Signer = string | null;

/** A name, or null for the zero address. */
type Name = string | null;

interface Sent {
  sender: string;
}

/** The booking and state that callers pass in; they may be false. */
interface Handed extends Sent {
  made: Made;
  handed: BookingState;
}

/** Terms of a listing that the caller passes in. */
export interface ListedTerms {
  variant: number;
  host: string;
}

export interface SignedReading extends AgentClaim {
  isFinal: boolean;
  /** With spare bits set. */
  malformed: boolean;
}

export type Flaw = 'none' | 'otherBooking' | 'otherMeter' | 'flagged' | 'cut';

interface Relayed extends Sent {
  account: string;
  amount: bigint;
  to: Name;
  relayer: Name;
  relayFee: bigint;
  nonce: bigint;
  validUntil: number;
  signer: string;
}

export interface Limits {
  relayer: Name;
  validUntil: number;
}

interface Booked extends Sent {
  made: Made;
  listed: ListedTerms;
}

export interface Deposit extends Sent {
  kind: 'deposit';
  account: Name;
  index: number;
  amount: bigint;
}
export interface DepositWithPermit extends Sent {
  kind: 'depositWithPermit';
  account: Name;
  index: number;
  amount: bigint;
}
export interface DepositWithAuthorization extends Sent {
  kind: 'depositWithAuthorization';
  account: Name;
  index: number;
  amount: bigint;
  from: string;
  signer: string;
  /** New for each deposit. */
  salt: number;
}
export interface Withdraw extends Sent {
  kind: 'withdraw';
  index: number;
  amount: bigint;
  to: Name;
}
export interface WithdrawBySignature extends Relayed {
  kind: 'withdrawBySignature';
  index: number;
}
export interface WithdrawEarnings extends Sent {
  kind: 'withdrawEarnings';
  charger: number;
  amount: bigint;
  to: Name;
}
export interface WithdrawEarningsBySignature extends Relayed {
  kind: 'withdrawEarningsBySignature';
  charger: number;
}
export interface Publish extends Sent, ListedTerms {
  kind: 'publish';
  charger: number;
  consentBy: string;
  consentUntil: number;
  signer: Signer;
}
export interface Update extends Sent {
  kind: 'update';
  charger: number;
  current: ListedTerms;
  next: ListedTerms;
  signer: Signer;
}
export interface SetStatus extends Sent {
  kind: 'setStatus';
  charger: number;
  current: ListedTerms;
  status: number;
  signer: Signer;
}
export interface BookAsDriver extends Booked {
  kind: 'bookAsDriver';
}
export interface Book extends Booked {
  kind: 'book' | 'bookByWallet';
  limits: Limits;
  signer: Signer;
}
/** A tariff that the agent signed for one need; the booking's terms hold it. */
export interface SignedOffer {
  /** Null for anyone. */
  driver: Name;
  validUntil: number;
  signer: string;
  /** The listing's version, and the first slot, that the agent signed. */
  version: number;
  firstSlot: number;
}
export interface BookOffer extends Booked {
  kind: 'bookOffer';
  limits: Limits;
  signer: Signer;
  offer: SignedOffer;
}
export interface FundAndBook extends Booked {
  kind: 'fundAndBook';
  limits: Limits;
  from: string;
  signer: string;
  amount: bigint;
}
export interface CancelByDriver extends Handed {
  kind: 'cancelByDriver';
  signer: Signer;
  /** Whether the signature accepts the late fee. */
  paysLateFee: boolean;
}
export interface CancelByHost extends Handed {
  kind: 'cancelByHost';
  signer: Signer;
  agreedBy: Signer;
}
export interface Arrived extends Handed {
  kind: 'arrived';
  signer: Signer;
}
/** Slots that the agent gives back, with its signature. */
export interface GivenBack {
  fromSlot: number;
  signer: string;
}
/** A raise of what the driver allows: token units. */
export interface Raise {
  cost: bigint;
  signer: string;
}
interface CosignedReport extends Handed {
  reading: SignedReading;
  agentSigner: string;
  sessionSigner: string;
}
export interface Settle extends CosignedReport {
  kind: 'settle';
  /** Sent with its state (`settleFrom`), else with the time of the booking alone (`settle`). */
  stated: boolean;
  givenBack: GivenBack | null;
}
export interface Claim extends CosignedReport {
  kind: 'claim';
}
export type Report = Settle | Claim;

interface AgentReport extends Handed {
  reading: SignedReading;
  agentSigner: string;
  knowsSecret: boolean;
  raise: Raise | null;
}
export interface SettleAlone extends AgentReport {
  kind: 'settleAlone';
  givenBack: GivenBack | null;
}
export interface ClaimAlone extends AgentReport {
  kind: 'claimAlone';
}
export interface ClaimNoShow extends Handed {
  kind: 'claimNoShow';
  agentSigner: string;
}
export interface Challenge extends Handed {
  kind: 'challenge';
  signer: Signer;
}
export interface Prove extends Handed {
  kind: 'prove';
  provenWh: number;
  flaw: Flaw;
  knowsSecret: boolean;
  pinnedKey: boolean;
}
export interface End extends Handed {
  kind: 'finalise' | 'expire';
}
export interface Pause extends Sent {
  kind: 'pause';
  until: number;
}
export interface BookAll extends Sent {
  kind: 'bookAll';
  items: Book[];
}
export interface SettleAll extends Sent {
  kind: 'settleAll';
  items: Settle[];
}
export interface SettleAllAlone extends Sent {
  kind: 'settleAllAlone';
  items: SettleAlone[];
}

/** All calls of the market, with the terms of its interfaces. */
export type Call =
  | Deposit
  | DepositWithPermit
  | DepositWithAuthorization
  | Withdraw
  | WithdrawBySignature
  | WithdrawEarnings
  | WithdrawEarningsBySignature
  | Publish
  | Update
  | SetStatus
  | BookAsDriver
  | Book
  | BookOffer
  | FundAndBook
  | CancelByDriver
  | CancelByHost
  | Arrived
  | Settle
  | SettleAlone
  | Claim
  | ClaimAlone
  | ClaimNoShow
  | Challenge
  | Prove
  | End
  | Pause
  | BookAll
  | SettleAll
  | SettleAllAlone;

/** A step that was taken: the call, and the ledger's time of it. */
export interface TakenStep {
  nowSec: number;
  call: Call;
}
