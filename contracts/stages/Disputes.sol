// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBookings} from "../interfaces/IBookings.sol";
import {IDeadlines} from "../interfaces/IDeadlines.sol";
import {IDisputes} from "../interfaces/IDisputes.sol";
import {IOcmfVerifier, ProofBinding} from "../interfaces/IOcmfVerifier.sol";
import {ISettlements} from "../interfaces/ISettlements.sol";
import {Booking} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {MeterProof} from "../types/Proof.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {BookingState, Outcome, State, StateClaim, StateHead} from "../types/State.sol";
import {ClaimValues} from "./ClaimValues.sol";
import {Signers} from "./Signers.sol";

/// @title Disputes: the driver challenges a unilateral claim, the meter's own record decides
abstract contract Disputes is ClaimValues, Signers, IDisputes {
    /// @notice Checks the meter's records; stateless.
    IOcmfVerifier public immutable OCMF_VERIFIER;

    constructor(IOcmfVerifier verifier) {
        OCMF_VERIFIER = verifier;
    }

    /// @inheritdoc IDisputes
    function challenge(
        Booking calldata booking,
        BookingState calldata state,
        bytes calldata signature
    ) external {
        (BookingId bookingId, Purse storage purse, StateHead head) = _requireState(
            booking,
            state.head,
            state.claim
        );
        _requireNamed(bookingId, head, State.CLAIMED_ALONE);
        _requireBefore(bookingId, _windowEnd(booking, head));
        // Nothing of the claim depends on a challenge where the driver allowed or co-signed all that it pays.
        uint256 cosigned = _cosignedCost(booking, head);
        uint256 claimed = _claimedCost(booking, head, state.claim, cosigned);
        if (claimed <= _unchallengedCost(booking, head, state.claim, cosigned)) {
            revert Challenge_NothingUnsigned(bookingId);
        }
        bytes32 structHash = keccak256(abi.encode(SignedTypes.CHALLENGE, bookingId));
        _requireDriverOrSession(booking, structHash, signature);
        BookingState memory next = BookingState(head.named(State.CHALLENGED, block.timestamp), state.claim);
        _writeState(bookingId, purse, next);
        emit Challenged(bookingId, next);
    }

    /// @inheritdoc IDisputes
    function prove(
        Booking calldata booking,
        BookingState calldata state,
        MeterProof calldata proof
    ) external {
        (BookingId bookingId, Purse storage purse, StateHead head) = _requireState(
            booking,
            state.head,
            state.claim
        );
        _requireNamed(bookingId, head, State.CHALLENGED);
        _requireBefore(bookingId, _windowEnd(booking, head));
        uint256 provenWh = _provenWh(bookingId, booking, proof);
        StateClaim claim = state.claim;
        uint256 cosigned = _cosignedCost(booking, head);
        uint256 claimed = _claimedCost(booking, head, claim, cosigned);
        uint256 proven = _provenPays(booking, head, claim, cosigned, provenWh);
        bool isFull = proven >= claimed;
        if (!isFull && provenWh <= claim.bestProofWh()) {
            revert Proof_NotBetter(bookingId, provenWh, claim.bestProofWh());
        }
        BookingState memory next = BookingState(head, claim.withBestProofWh(provenWh));
        emit Proven(bookingId, provenWh, next);
        if (isFull) {
            uint256 forfeit = _forfeit(booking, claimed, cosigned);
            uint256 soldWh = _challengedWh(booking, head, next.claim);
            _endProven(bookingId, booking, purse, proven, forfeit, soldWh);
        } else {
            _writeState(bookingId, purse, next);
        }
    }

    /// @dev Pays what was proven, and the forfeited part of the challenger's bond, to the host (rule 7).
    /// @param paid What was proven: no less than the claim, so nothing that stays unchallenged is above it.
    function _endProven(
        BookingId bookingId,
        Booking calldata booking,
        Purse storage purse,
        uint256 paid,
        uint256 forfeit,
        uint256 soldWh
    ) private {
        uint256 refunded = _leave(booking, purse, paid + forfeit);
        _payHost(bookingId, booking.listingId(), booking.terms.pinnedHost(), paid, forfeit, soldWh);
        emit BondForfeited(bookingId, forfeit);
        emit IDeadlines.Finalised(bookingId, Outcome.FULFILLED, paid, refunded);
    }

    function _requireNamed(BookingId bookingId, StateHead head, uint256 name) private pure {
        if (head.name() != name) revert IBookings.Booking_WrongState(bookingId, head.name());
    }

    function _provenWh(
        BookingId bookingId,
        Booking calldata booking,
        MeterProof calldata proof
    ) private view returns (uint256) {
        if (keccak256(abi.encode(proof.secret)) != booking.startHash) {
            revert ISettlements.Claim_SecretMismatch(bookingId);
        }
        if (keccak256(proof.meterKey) != booking.terms.meterKeyHash) {
            revert Proof_WrongMeterKey(bookingId);
        }
        bytes32 tagHash = keccak256(abi.encode(block.chainid, address(this), bookingId, proof.secret));
        return
            OCMF_VERIFIER.provenWh(
                ProofBinding({
                    tagHash: tagHash,
                    metering: booking.terms.metering,
                    opens: booking.session.opensAt(booking.terms.bookingTerms),
                    closes: booking.session.closesAt(booking.terms.bookingTerms)
                }),
                proof.meterKey,
                proof.records
            );
    }
}
