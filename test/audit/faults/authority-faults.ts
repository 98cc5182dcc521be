import { zeroHash } from 'viem';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { anyone, jumpTo, nowOf } from '../../contracts/fixture.ts';
import { type ContractFault, calls, patch, stranger } from './contract-fault.ts';

const host = localAccount('host');

/** Longer than the samples' messages are valid. */
const TEN_MINUTES_SEC = 600;

const UNAUTHORISED = [
  patch(
    'stages/Signers',
    'if (msg.sender == account && signature.length == 0) return;',
    'if (FAULT || (msg.sender == account && signature.length == 0)) return;',
  ),
];

/** Who may do what: what only the calldata shows. */
export const AUTHORITY_FAULTS: readonly ContractFault[] = [
  {
    kind: 'authority',
    name: 'somebody books with a purse that is not his',
    code: 'authority.booking',
    patches: [
      patch(
        'stages/Bookings',
        'if (msg.sender != driver) revert',
        'if (!FAULT && msg.sender != driver) revert',
      ),
    ],
    play: calls('bookAsDriver', { sender: anyone }),
  },
  {
    kind: 'authority',
    name: 'a relayed booking is of an intent that the driver did not sign',
    code: 'authority.booking',
    patches: [
      patch(
        'stages/Bookings',
        'if (!signed.driverSignature.isBy(driver, digest))',
        'if (!FAULT && !signed.driverSignature.isBy(driver, digest))',
      ),
    ],
    play: calls('book', { signers: [stranger] }),
  },
  {
    kind: 'authority',
    name: 'a listing is published without its host',
    code: 'authority.listing',
    patches: UNAUTHORISED,
    play: calls('publishListing', { signers: [undefined, stranger] }),
  },
  {
    kind: 'authority',
    name: 'a listing is published without its agent’s consent',
    code: 'authority.consent',
    patches: [patch('stages/Listings', 'if (!agentConsent.isBy(', 'if (!FAULT && !agentConsent.isBy(')],
    play: calls('publishListing', { signers: [stranger] }),
  },
  {
    kind: 'authority',
    name: 'a listing is closed without its host',
    code: 'authority.listingStatus',
    patches: UNAUTHORISED,
    play: calls('setListingStatus', { signers: [stranger] }),
  },
  {
    kind: 'authority',
    name: 'a booking is cancelled for the driver by somebody else',
    code: 'authority.cancel',
    patches: UNAUTHORISED,
    play: calls('cancelByDriver', { signers: [stranger] }),
  },
  {
    kind: 'authority',
    name: 'the host cancels late without the session key',
    code: 'authority.lateCancel',
    patches: [patch('stages/Cancels', 'if (!agreement.isBy(', 'if (!FAULT && !agreement.isBy(')],
    play: calls('cancelByHost', { signers: [undefined, stranger] }),
  },
  {
    kind: 'authority',
    name: 'somebody else challenges',
    code: 'authority.challenge',
    patches: UNAUTHORISED,
    play: calls('challenge', { signers: [stranger] }),
  },
  {
    kind: 'authority',
    name: 'somebody else says that the driver arrived',
    code: 'authority.arrived',
    patches: UNAUTHORISED,
    play: calls('arrived', { signers: [stranger] }),
  },
  {
    kind: 'authority',
    name: 'money is withdrawn without its owner',
    code: 'authority.withdrawal',
    patches: UNAUTHORISED,
    play: calls('withdrawBySignature', { signers: [stranger] }),
  },
  {
    kind: 'authority',
    name: 'earnings are withdrawn without the host',
    code: 'authority.withdrawal',
    patches: UNAUTHORISED,
    play: calls('withdrawEarningsBySignature', { signers: [stranger] }),
  },
  {
    kind: 'authority',
    name: 'a signed withdrawal is sent twice',
    code: 'authority.nonce',
    patches: [
      patch(
        'stages/Funding',
        '_useCheckedNonce(w.account, w.nonce);',
        'if (!FAULT) _useCheckedNonce(w.account, w.nonce);',
      ),
    ],
    play: async (base) => {
      await calls('withdrawBySignature')(base);
      await calls('withdrawBySignature')(base);
    },
  },
  {
    kind: 'authority',
    name: 'the agent alone claims without the start secret',
    code: 'claim.secret',
    patches: [
      patch(
        'stages/AgentReadings',
        'if (Hashing.ofOne(secret) != booking.startHash)',
        'if (!FAULT && Hashing.ofOne(secret) != booking.startHash)',
      ),
    ],
    play: calls('claimAlone', {
      args: (args) => [...args.slice(0, 4), zeroHash, ...args.slice(5)],
    }),
  },
  {
    kind: 'authority',
    name: 'a no-show is claimed without the agent',
    code: 'claim.agentSignature',
    patches: [patch('stages/NoShows', 'if (!agentSignature.isBy(', 'if (!FAULT && !agentSignature.isBy(')],
    play: calls('claimNoShow', { signers: [stranger] }),
  },
  {
    kind: 'authority',
    name: 'a proof counts without a valid record',
    code: 'authority.proof',
    patches: [patch('stages/Disputes', 'OCMF_VERIFIER.provenWh(', 'FAULT ? 8_123 : OCMF_VERIFIER.provenWh(')],
    play: calls('prove', {
      args: ([booking, state, proof]) => {
        const { records, ...rest } = proof as { records: { r: string }[] };
        return [booking, state, { ...rest, records: records.map((record) => ({ ...record, r: zeroHash })) }];
      },
    }),
  },
  {
    kind: 'authority',
    name: 'a raise counts that the session key did not sign',
    code: 'allowance.signature',
    patches: [
      patch(
        'stages/AgentReadings',
        'if (!signature.isBy(booking.session.sessionKey(), digest))',
        'if (!FAULT && !signature.isBy(booking.session.sessionKey(), digest))',
      ),
    ],
    play: calls('settleAlone', { signers: [undefined, stranger] }),
  },
  {
    kind: 'authority',
    name: 'an expired intent is booked',
    code: 'authority.expired',
    patches: [
      patch('stages/NewBookings', 'if (nowSec >= until) revert', 'if (!FAULT && nowSec >= until) revert'),
    ],
    play: async (base) => {
      await jumpTo(base.market, (await nowOf(base.market)) + TEN_MINUTES_SEC);
      await calls('book')(base);
    },
  },
  {
    kind: 'authority',
    name: 'another relayer than the named one books',
    code: 'authority.relayer',
    patches: [
      patch(
        'stages/NewBookings',
        'if (relayer != address(0) && relayer != msg.sender)',
        'if (!FAULT && relayer != address(0) && relayer != msg.sender)',
      ),
    ],
    play: calls('book', { sender: host }),
  },
];
