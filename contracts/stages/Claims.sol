// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBookings} from "../interfaces/IBookings.sol";
import {IClaims} from "../interfaces/IClaims.sol";
import {IDisputes} from "../interfaces/IDisputes.sol";
import {ISettlements} from "../interfaces/ISettlements.sol";
import {Booking} from "../types/Booking.sol";
import {Allowance} from "../types/Calls.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature, Measure, Reading, packPayout} from "../types/Reading.sol";
import {BookingState, State, StateClaim, StateHead, toClaim} from "../types/State.sol";
import {AgentReadings} from "./AgentReadings.sol";
import {ClaimValues} from "./ClaimValues.sol";

/// @title Claims: what is reported without a final reading that settles at once
abstract contract Claims is AgentReadings, ClaimValues, IClaims {
    /// @inheritdoc IClaims
    function settleFrom(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) external {
        (BookingId bookingId, Purse storage purse, StateHead head) = _requireState(
            booking,
            state.head,
            state.claim
        );
        _requireOpenWindow(bookingId, booking, head);
        _requireBare(bookingId, reading);
        if (!reading.measure.isFinal()) revert ISettlements.Reading_NotFinal(bookingId);
        _requireCosigned(bookingId, booking, reading, agentSignature, sessionSignature);
        uint256 forfeit = _conceded(bookingId, booking, head, state.claim, reading.measure);
        uint256 cost = _costOf(booking, reading.measure);
        uint256 refunded = _leave(booking, purse, cost + forfeit);
        _paySold(bookingId, booking, reading.measure, cost, forfeit);
        emit ISettlements.Settled(
            bookingId,
            packPayout(cost, refunded),
            reading,
            agentSignature,
            sessionSignature
        );
    }

    /// @inheritdoc IClaims
    function claim(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) external {
        (BookingId bookingId, Purse storage purse, StateHead head) = _requireState(
            booking,
            state.head,
            state.claim
        );
        _requireOpenWindow(bookingId, booking, head);
        _requireBare(bookingId, reading);
        // A final reading settles, or nothing: as a claim it would empty somebody's settlement (rule 8).
        if (reading.measure.isFinal()) revert Claim_Final(bookingId);
        _requireCosigned(bookingId, booking, reading, agentSignature, sessionSignature);
        BookingState memory next = BookingState(
            _withCosigned(head, state.claim, reading.measure),
            state.claim
        );
        _writeState(bookingId, purse, next);
        emit Claimed(bookingId, next, reading, agentSignature, sessionSignature);
    }

    /// @inheritdoc IClaims
    function claimAlone(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        bytes32 secret,
        Allowance calldata allowance
    ) external {
        (BookingId bookingId, Purse storage purse, StateHead head) = _requireState(
            booking,
            state.head,
            state.claim
        );
        if (head.name() == State.NO_SHOW_CLAIMED || head.name() == State.CONTESTED) {
            revert IBookings.Booking_WrongState(bookingId, head.name());
        }
        _requireOpenWindow(bookingId, booking, head);
        _requireBare(bookingId, reading);
        _requireAgentFinal(bookingId, booking, reading, agentSignature, secret);
        _requireNothingLess(bookingId, head, reading.measure);
        uint256 allowed = _allowedCost(bookingId, booking, allowance);
        uint256 cost = _costOf(booking, reading.measure);
        if (cost <= allowed) {
            uint256 forfeit = _conceded(bookingId, booking, head, state.claim, reading.measure);
            uint256 refunded = _leave(booking, purse, cost + forfeit);
            _paySold(bookingId, booking, reading.measure, cost, forfeit);
            emit ISettlements.SettledAlone(
                bookingId,
                packPayout(cost, refunded),
                reading,
                agentSignature,
                secret,
                allowance
            );
            return;
        }
        BookingState memory next = _claimedAlone(
            bookingId,
            booking,
            head,
            state.claim,
            reading.measure,
            allowance.cost == 0 ? 0 : allowed
        );
        _writeState(bookingId, purse, next);
        emit ClaimedAlone(bookingId, next, reading, agentSignature, secret, allowance);
    }

    /// @dev The window in which a reading counts: [opens, reportBy) before a claim, then until the window of the claim,
    /// or of the challenge, ends.
    function _requireOpenWindow(BookingId bookingId, Booking calldata booking, StateHead head) private view {
        if (head.name() == State.RESERVED || head.name() == State.ARRIVED) {
            _requireReportable(bookingId, booking);
        } else {
            _requireBefore(bookingId, _windowEnd(booking, head));
        }
    }

    /// @dev `bookedAt` is in the state here, so the measure has none.
    function _requireBare(BookingId bookingId, Reading calldata reading) private pure {
        if (reading.measure.bookedAt() != 0) revert ISettlements.Reading_Malformed(bookingId);
    }

    /// @dev The head with a newer co-signed reading. It ends a no-show claim, and an agent's claim that is not newer; a
    /// challenge stays a challenge, so that its deadline cannot be moved.
    function _withCosigned(
        StateHead head,
        StateClaim alone,
        Measure measure
    ) private view returns (StateHead) {
        uint256 name = head.name();
        bool isFirst = name != State.CLAIMED && name != State.CLAIMED_ALONE && name != State.CHALLENGED;
        if (isFirst) return head.named(State.CLAIMED, block.timestamp).withCosigned(measure);
        if (measure.seq() <= head.cosignedSeq()) {
            revert ISettlements.Reading_NotNewer(measure.seq(), head.cosignedSeq());
        }
        if (name == State.CLAIMED_ALONE && measure.seq() >= alone.claimed().seq()) name = State.CLAIMED;
        return head.named(name, head.since()).withCosigned(measure);
    }

    /// @dev What the challenger forfeits who signs for the very reading that was challenged, by co-signing it or by allowing
    /// its cost: that concedes the challenge (rule 7). Else one could challenge, and give in once a proof is seen.
    function _conceded(
        BookingId bookingId,
        Booking calldata booking,
        StateHead head,
        StateClaim alone,
        Measure measure
    ) private returns (uint256 forfeit) {
        if (head.name() != State.CHALLENGED || !toClaim(measure).equals(alone)) return 0;
        uint256 cosigned = _cosignedCost(booking, head);
        forfeit = _forfeit(booking, _claimedCost(booking, head, alone, cosigned), cosigned);
        emit IDisputes.BondForfeited(bookingId, forfeit);
    }

    /// @dev The state after a claim of the agent alone, or after a raise for the one that stands. The sender of a claim may
    /// leave out the driver's raise: it counts for as long as the claim is open, and moves no deadline.
    function _claimedAlone(
        BookingId bookingId,
        Booking calldata booking,
        StateHead head,
        StateClaim alone,
        Measure measure,
        uint256 raised
    ) private view returns (BookingState memory) {
        if (toClaim(measure).equals(alone) && raised > head.raisedCost()) {
            return BookingState(head.withRaise(raised), alone);
        }
        _requireClaimable(bookingId, booking, head, alone);
        return
            BookingState(
                head.named(State.CLAIMED_ALONE, block.timestamp).withRaise(raised),
                toClaim(measure)
            );
    }

    /// @dev No part of the agent's claim is below the newest co-signed reading (rule 7).
    function _requireNothingLess(BookingId bookingId, StateHead head, Measure measure) private pure {
        if (head.name() == State.RESERVED || head.name() == State.ARRIVED) return;
        if (measure.seq() <= head.cosignedSeq()) {
            revert ISettlements.Reading_NotNewer(measure.seq(), head.cosignedSeq());
        }
        bool isLess =
            measure.energyWh() < head.cosignedWh() ||
                measure.timeSec() < head.cosignedSec() ||
                measure.overstaySec() < head.cosignedOverstaySec();
        if (isLess) revert Claim_BelowCosigned(bookingId);
    }

    /// @dev The agent alone claims once, before `reportBy`, and only while its key is not revoked (rule 21).
    function _requireClaimable(
        BookingId bookingId,
        Booking calldata booking,
        StateHead head,
        StateClaim alone
    ) private view {
        if (head.name() == State.CHALLENGED) revert IBookings.Booking_WrongState(bookingId, head.name());
        if (!alone.isNone()) revert Claim_AlreadyRaised(bookingId);
        _requireBefore(bookingId, _reportBy(booking));
        _requireAgentKeyLive(bookingId, booking);
    }
}
