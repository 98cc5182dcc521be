// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBookings} from "../interfaces/IBookings.sol";
import {IClaims} from "../interfaces/IClaims.sol";
import {IDisputes} from "../interfaces/IDisputes.sol";
import {IOcmfVerifier, ProofBinding} from "../interfaces/IOcmfVerifier.sol";
import {Cost} from "../libraries/Cost.sol";
import {Times} from "../libraries/Times.sol";
import {Booking, BookingState, Flag, Outcome, Phase, StateClaim} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {Measure} from "../types/Reading.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {MeterProof} from "../types/Proof.sol";
import {Reports} from "./Reports.sol";

/// @title Disputes: the driver challenges a unilateral claim, the meter's own record decides
abstract contract Disputes is Reports, IDisputes {
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
        (BookingId bookingId, Purse storage purse) = _requireState(booking, state);
        _requirePhase(bookingId, state.head, Phase.CLAIMED);
        _requireContested(bookingId, booking, state);
        bytes32 structHash = keccak256(abi.encode(SignedTypes.CHALLENGE, bookingId));
        _requireDriverOrSession(booking, structHash, signature);
        BookingState memory next = state;
        next.head = state.head.withPhase(Phase.CHALLENGED).withChallengedAt(block.timestamp);
        _writeState(bookingId, booking, purse, next);
        emit Challenged(bookingId, next);
    }

    /// @inheritdoc IDisputes
    function prove(
        Booking calldata booking,
        BookingState calldata state,
        MeterProof calldata proof
    ) external {
        (BookingId bookingId, Purse storage purse) = _requireState(booking, state);
        _requirePhase(bookingId, state.head, Phase.CHALLENGED);
        _requireContested(bookingId, booking, state);
        uint256 provenWh = _provenWh(bookingId, booking, proof);
        StateClaim claim = state.claim;
        bool full = provenWh >= claim.claimed().energyWh();
        if (!full && provenWh <= claim.bestProofWh()) {
            revert Proof_NotBetter(bookingId, provenWh, claim.bestProofWh());
        }
        BookingState memory next = BookingState(state.head, claim.withBestProofWh(provenWh));
        emit Proven(bookingId, provenWh, next);
        if (full) {
            _endProven(bookingId, booking, state, purse);
        } else {
            _writeState(bookingId, booking, purse, next);
        }
    }

    /// @dev Pays the claim, and the challenger's bond to the host (rule 7).
    function _endProven(
        BookingId bookingId,
        Booking calldata booking,
        BookingState calldata state,
        Purse storage purse
    ) private {
        Measure measure = state.claim.claimed();
        uint256 paid = _claimedCost(booking, state.head, measure);
        uint256 bond = _bondOf(booking.money);
        uint256 refunded = _leave(booking, purse, paid + bond);
        uint256 fee = _payFee(bookingId, paid);
        // By now more may be co-signed than the agent alone claims.
        uint256 soldWh = Cost.max(measure.energyWh(), state.head.cosignedEnergyWh());
        _earn(booking.listingId(), booking.terms.host, paid - fee + bond, soldWh);
        emit BondForfeited(bookingId, bond);
        emit IClaims.Finalised(bookingId, Outcome.FULFILLED, paid, refunded);
    }

    /// @dev Requires a unilateral claim whose window has not ended.
    function _requireContested(
        BookingId bookingId,
        Booking calldata booking,
        BookingState calldata state
    ) private view {
        if (!state.head.has(Flag.AGENT_ALONE)) revert Challenge_NothingUnsigned(bookingId);
        uint256 until = _windowEnd(booking, state.head);
        if (block.timestamp >= until) revert IBookings.Booking_TooLate(bookingId, block.timestamp, until);
    }

    function _provenWh(
        BookingId bookingId,
        Booking calldata booking,
        MeterProof calldata proof
    ) private view returns (uint256) {
        if (keccak256(abi.encode(proof.secret)) != booking.startHash) {
            revert IClaims.Claim_SecretMismatch(bookingId);
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
                    opens: Times.opens(booking.session, booking.terms.bookingTerms),
                    closes: Times.closes(booking.session, booking.terms.bookingTerms)
                }),
                proof.meterKey,
                proof.records
            );
    }
}
