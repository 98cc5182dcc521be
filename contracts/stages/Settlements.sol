// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISettlements} from "../interfaces/ISettlements.sol";
import {Arithmetic} from "../libraries/Arithmetic.sol";
import {Calendar, CalendarWord} from "../libraries/Calendar.sol";
import {Booking} from "../types/Booking.sol";
import {AloneSettlement, GiveBack, Settlement} from "../types/Calls.sol";
import {BookingId} from "../types/Ids.sol";
import {Payout, packPayout} from "../types/Reading.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {AgentReadings} from "./AgentReadings.sol";

/// @title Settlements: a final reading pays at once, if both signed it or the driver allowed its cost
abstract contract Settlements is AgentReadings, ISettlements {
    using Calendar for mapping(uint256 => CalendarWord);

    /// @inheritdoc ISettlements
    function settle(Settlement calldata s) external {
        _settle(s);
    }

    /// @inheritdoc ISettlements
    function settleAlone(AloneSettlement calldata s) external {
        _settleAlone(s);
    }

    /// @inheritdoc ISettlements
    function settleAndGiveBack(Settlement calldata s, GiveBack calldata given) external {
        _giveBack(_settle(s), s.booking, given);
    }

    /// @inheritdoc ISettlements
    function settleAloneAndGiveBack(AloneSettlement calldata s, GiveBack calldata given) external {
        _giveBack(_settleAlone(s), s.booking, given);
    }

    function _settle(Settlement calldata s) private returns (BookingId bookingId) {
        Purse storage purse;
        uint256 balance;
        (bookingId, purse, balance) = _requireReserved(s.booking, s.reading.measure.bookedAt());
        _requireReportable(bookingId, s.booking);
        if (!s.reading.measure.isFinal()) revert Reading_NotFinal(bookingId);
        _requireCosigned(bookingId, s.booking, s.reading, s.agentSignature, s.sessionSignature);
        uint256 cost = _costOf(s.booking, s.reading.measure);
        uint256 refunded = _leaveWith(s.booking, purse, balance, cost);
        _paySold(bookingId, s.booking, s.reading.measure, cost, 0);
        _logSettled(bookingId, packPayout(cost, refunded), s);
    }

    function _settleAlone(AloneSettlement calldata s) private returns (BookingId bookingId) {
        Purse storage purse;
        uint256 balance;
        (bookingId, purse, balance) = _requireReserved(s.booking, s.reading.measure.bookedAt());
        _requireReportable(bookingId, s.booking);
        _requireAgentFinal(bookingId, s.booking, s.reading, s.agentSignature, s.secret);
        uint256 allowed = _allowedCost(bookingId, s.booking, s.allowance);
        uint256 cost = _costOf(s.booking, s.reading.measure);
        if (cost > allowed) revert Settlement_NotAllowed(bookingId, cost, allowed);
        uint256 refunded = _leaveWith(s.booking, purse, balance, cost);
        _paySold(bookingId, s.booking, s.reading.measure, cost, 0);
        _logSettledAlone(bookingId, packPayout(cost, refunded), s);
    }

    /// @dev Frees the slots that have not begun (rule 30). Only in the call that leaves the booking: until then they
    /// are its own, and afterwards nothing ties them to it.
    function _giveBack(BookingId bookingId, Booking calldata booking, GiveBack calldata given) private {
        bytes32 structHash = keccak256(abi.encode(SignedTypes.GIVE_BACK, bookingId, given.fromSlot));
        if (!given.agentSignature.isBy(booking.terms.agentKey, _hashTypedDataV4(structHash))) {
            revert GiveBack_SignatureInvalid(bookingId);
        }
        uint256 first = booking.session.firstSlot();
        uint256 end = first + booking.session.slotCount();
        uint256 notBegun = block.timestamp / Arithmetic.SLOT_SEC + 1;
        uint256 from = Math.max(first, Math.max(given.fromSlot, notBegun));
        if (from >= end) return;
        _calendars[booking.listingId()].release(from, end - from);
        emit SlotsGivenBack(bookingId, from, given.agentSignature);
    }

    /// @dev Equals `emit Settled`, without the copies that it makes. Memory beyond the free pointer is scratch.
    function _logSettled(BookingId bookingId, Payout payout, Settlement calldata s) private {
        bytes32 topic = ISettlements.Settled.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, payout)
            calldatacopy(add(free, 0x20), add(s, 0x140), 0xe0) // reading, agentSignature, sessionSignature
            log2(free, 0x100, topic, bookingId)
        }
    }

    /// @dev Equals `emit SettledAlone`, without the copies that it makes. Memory beyond the free pointer is scratch.
    function _logSettledAlone(BookingId bookingId, Payout payout, AloneSettlement calldata s) private {
        bytes32 topic = ISettlements.SettledAlone.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, payout)
            calldatacopy(add(free, 0x20), add(s, 0x140), 0x120) // reading, agentSignature, secret, allowance
            log2(free, 0x140, topic, bookingId)
        }
    }
}
