import {
  type Address,
  encodeAbiParameters,
  type Hex,
  isAddressEqual,
  keccak256,
  stringToHex,
  zeroAddress,
} from 'viem';
import type { ActOf } from '../calldata/acts.ts';
import { signerOfCompact } from '../lib/signatures.ts';
import { type BookingStruct, intentOf, readBooking, readLimits, readPurse } from '../rules/booking.ts';
import { digestOf } from '../rules/signed-types.ts';
import { consentOf } from './consents.ts';
import { ALLOWED, allOf, type Judgement, refusedBy } from './judgement.ts';
import type { Scene } from './scene.ts';
import { type Authorization, authorisedTransfer } from './token-authorizations.ts';

type Making = 'bookAsDriver' | 'book' | 'bookByWallet' | 'bookOffer' | 'fundAndBook';
type Intended = Scene<'Booked', Making>;

/** An intent is signed to be sent at once. */
const INTENT_MAX_SEC = 600n;

const CODE = 'booking';

/** Only the driver books: by calling, by an intent, or by money that names the intent. */
export function checkBooked(scene: Intended): Judgement | Promise<Judgement> {
  const { act } = scene;
  switch (act.name) {
    case 'bookAsDriver':
      return calledBy(scene, readBooking(act.args[0]).driver);
    case 'book':
      return intended(scene, act.args[0].booking, act.args[0].limits, (driver, digest) =>
        signedCompact(driver, signerOfCompact(digest, act.args[0].driverSignature)),
      );
    case 'bookByWallet':
      return byIntent(scene, act.args[0], act.args[3], act.args[4]);
    case 'bookOffer': {
      const isCalled = act.args[5] === '0x' && isAddressEqual(act.sender, readBooking(act.args[0]).driver);
      return isCalled ? ALLOWED : byIntent(scene, act.args[0], act.args[3], act.args[5]);
    }
    case 'fundAndBook':
      return byMoney(scene, act.args[0], act.args[3], act.args[4]);
  }
}

function calledBy({ act }: Intended, driver: Address): Judgement {
  return isAddressEqual(act.sender, driver)
    ? ALLOWED
    : refusedBy(CODE, 'Only the driver books without an intent.', driver, `a call by ${act.sender}`);
}

function signedCompact(driver: Address, signer: Address | undefined): Judgement {
  return signer !== undefined && isAddressEqual(signer, driver)
    ? ALLOWED
    : refusedBy(CODE, 'The driver signs the intent.', driver, `a signature by ${signer ?? 'nobody'}`);
}

const byIntent = (scene: Intended, booking: BookingStruct, limits: bigint, signature: Hex) =>
  intended(scene, booking, limits, (account, digest) => {
    const { sender } = scene.act;
    const { blockNumber } = scene.event;
    const consent = { account, sender, digest, signature, blockNumber };
    return consentOf(scene.context.answers, CODE, consent);
  });

/** The driver's money arrives under a nonce that is the intent's digest, which stands for a signature of it. */
const byMoney = (scene: Intended, booking: BookingStruct, limits: bigint, money: Authorization) =>
  intended(scene, booking, limits, (driver, digest) =>
    isAddressEqual(money.from, driver)
      ? authorisedTransfer(scene, CODE, money, digest)
      : refusedBy(CODE, 'The money that books is the driver’s.', driver, money.from),
  );

/** What the driver agreed to, within its limits. */
async function intended(
  { context, event, act }: Intended,
  struct: BookingStruct,
  word: bigint,
  signed: (driver: Address, digest: Hex) => Judgement | Promise<Judgement>,
): Promise<Judgement> {
  const limits = readLimits(word);
  const outside = limited(limits, act.sender, event.at);
  // A time of more than 64 bits is none that could be signed.
  if (limits.validUntil >> 64n !== 0n) return outside;
  const booking = readBooking(struct);
  const digest = digestOf(context.market, 'Intent', intentOf(booking, limits));
  return allOf([outside, await signed(booking.driver, digest)]);
}

/** A relayed message is bound to its relayer and expires. */
function limited(
  { relayer, validUntil }: { relayer: Address; validUntil: bigint },
  sender: Address,
  at: number,
): Judgement {
  const now = BigInt(at);
  const isInTime = now < validUntil && validUntil <= now + INTENT_MAX_SEC;
  return allOf([
    isInTime
      ? ALLOWED
      : refusedBy(
          'expired',
          'An intent counts for ten minutes at most.',
          `${now + 1n} to ${now + INTENT_MAX_SEC}`,
          `${validUntil}`,
        ),
    relayerIs(relayer, sender),
  ]);
}

export const relayerIs = (relayer: Address, sender: Address): Judgement =>
  isAddressEqual(relayer, zeroAddress) || isAddressEqual(relayer, sender)
    ? ALLOWED
    : refusedBy('relayer', 'A message that names a relayer is sent by nobody else.', relayer, sender);

const DEPOSIT_PURPOSE = keccak256(stringToHex('Plugpact deposit by ERC-3009'));

const DEPOSIT_NONCE = [
  { type: 'bytes32' },
  { type: 'address' },
  { type: 'uint32' },
  { type: 'bytes32' },
] as const;

type Giving = 'deposit' | 'depositWithPermit' | 'depositWithAuthorization' | 'fundAndBook';

/** Nobody needs leave to give money, but it goes where its giver said. */
export function checkDeposited(scene: Scene<'Deposited', Giving>): Judgement | Promise<Judgement> {
  const { event, act } = scene;
  const { from, account, purse } = event.args;
  const gave = gaveAll({ from, account, purse }, giftOf(act));
  if (act.name !== 'depositWithAuthorization' || gave !== ALLOWED) return gave;
  const nonce = keccak256(encodeAbiParameters(DEPOSIT_NONCE, [DEPOSIT_PURPOSE, account, purse, act.args[2]]));
  return authorisedTransfer(scene, 'deposit', act.args[3], nonce);
}

interface Gift {
  from: Address;
  account: Address;
  purse: number;
}

function giftOf(act: ActOf<Giving>): Gift {
  switch (act.name) {
    case 'fundAndBook': {
      const { driver, purse } = readPurse(act.args[0].purse);
      return { from: act.args[4].from, account: driver, purse };
    }
    case 'depositWithAuthorization':
      return { from: act.args[3].from, account: act.args[0], purse: act.args[1] };
    default:
      return { from: act.sender, account: act.args[0], purse: act.args[1] };
  }
}

function gaveAll(found: Gift, said: Gift): Judgement {
  const isSame =
    isAddressEqual(found.from, said.from) &&
    isAddressEqual(found.account, said.account) &&
    found.purse === said.purse;
  const text = ({ from, account, purse }: Gift) => `purse ${purse} of ${account}, from ${from}`;
  const rule = 'A deposit goes to the purse that its giver named.';
  return isSame ? ALLOWED : refusedBy('deposit', rule, text(said), text(found));
}
