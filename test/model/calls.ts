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

/** An offer that the caller passes in. */
export interface ListedOffer {
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
  offer: ListedOffer;
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
export interface Publish extends Sent, ListedOffer {
  kind: 'publish';
  charger: number;
  consentBy: string;
  consentUntil: number;
  signer: Signer;
}
export interface Update extends Sent {
  kind: 'update';
  charger: number;
  current: ListedOffer;
  next: ListedOffer;
  signer: Signer;
}
export interface SetStatus extends Sent {
  kind: 'setStatus';
  charger: number;
  current: ListedOffer;
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
export interface Report extends Handed {
  kind: 'settle' | 'claim';
  reading: SignedReading;
  agentSigner: string;
  sessionSigner: string;
}
export interface ClaimAlone extends Handed {
  kind: 'claimAlone';
  reading: SignedReading;
  agentSigner: string;
  knowsSecret: boolean;
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
  items: Report[];
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
  | FundAndBook
  | CancelByDriver
  | CancelByHost
  | Arrived
  | Report
  | ClaimAlone
  | ClaimNoShow
  | Challenge
  | Prove
  | End
  | Pause
  | BookAll
  | SettleAll;

/** A step that was taken: the call, and the ledger's time of it. */
export interface TakenStep {
  nowSec: number;
  call: Call;
}
