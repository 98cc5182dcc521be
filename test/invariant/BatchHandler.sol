// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IntentLimits} from "../../contracts/types/Booking.sol";
import {AloneSettlement, Settlement, SignedBooking} from "../../contracts/types/Calls.sol";
import {Measure} from "../../contracts/types/Reading.sol";
import {BookingState, State, newHead} from "../../contracts/types/State.sol";
import {AloneHandler} from "./AloneHandler.sol";
import {BookingHandler} from "./BookingHandler.sol";
import {MarketCalls} from "./MarketCalls.sol";
import {ReportHandler} from "./ReportHandler.sol";

/// @notice Two bookings or settlements in one transaction, and the first once more: each succeeds or fails by itself.
abstract contract BatchHandler is BookingHandler, ReportHandler, AloneHandler {
    /// @notice What is expected of one settlement of a batch.
    struct Item {
        uint256 position; // among the open bookings
        Measure measure;
        bool settles;
    }

    function bookAll(uint256 n) external {
        Record memory a = _draw(n, 1);
        Record memory b = _draw(n, 2);
        (address relayer, IntentLimits limits, bool good) = _relayedIntent(n);
        SignedBooking[] memory bookings = new SignedBooking[](3);
        (bookings[0], bookings[2]) = (_signedBooking(a, limits), _signedBooking(b, limits));
        bookings[1] = bookings[0];
        _checkOutcome("bookAll", true, _try(relayer, MarketCalls.bookAll(bookings)));
        _booked(a, relayer, good);
        _booked(b, relayer, good);
    }

    function settleAll(uint256 n) external someOpen {
        (Item[2] memory items, bool found) = _items(n);
        if (!found) return;
        Settlement[] memory settlements = new Settlement[](3);
        for (uint256 i = 0; i < 2; ++i) {
            Record storage r = _records[_open[items[i].position]];
            (MarketCalls.Signed memory signed, bool good) = _signed(i == 0 ? n : ~n, r, 1, true);
            settlements[i] = _settlement(r, signed);
            items[i].measure = signed.reading.measure;
            items[i].settles = good && _isReserved(r) && _reportable(r);
        }
        settlements[2] = settlements[0];
        _checkOutcome("settleAll", true, _try(_anyRelayer(n), MarketCalls.settleAll(settlements)));
        _settleItems(items, false);
        ++(items[0].settles ? succeeded : refused)["settleInBatch"];
    }

    /// @notice By the agent alone.
    function settleAllAlone(uint256 n) external someOpen {
        (Item[2] memory items, bool found) = _items(n);
        if (!found) return;
        AloneSettlement[] memory settlements = new AloneSettlement[](3);
        for (uint256 i = 0; i < 2; ++i) {
            Record storage r = _records[_open[items[i].position]];
            (settlements[i], items[i].settles) = _aloneSettlement(i == 0 ? n : ~n, r);
            items[i].measure = settlements[i].reading.measure;
        }
        settlements[2] = settlements[0];
        _checkOutcome("settleAllAlone", true, _try(_anyRelayer(n), MarketCalls.settleAllAlone(settlements)));
        _settleItems(items, true);
        ++(items[0].settles ? succeeded : refused)["settleAloneInBatch"];
    }

    function _reservedAt(uint256 bookedAt) internal pure returns (BookingState memory state) {
        state.head = newHead(State.RESERVED, bookedAt);
    }

    /// @dev A booking in some stage, if there is one, and the next one of all.
    function _items(uint256 n) private view returns (Item[2] memory items, bool found) {
        items[0].position = _pick(n, _bit(_anyStage(n)));
        items[1].position = (items[0].position + 1) % _open.length;
        found = _records[_open[items[0].position]].stage == _anyStage(n);
    }

    /// @dev The higher position first: an ending moves the last booking to its place.
    function _settleItems(Item[2] memory items, bool alone) private {
        if (items[0].position == items[1].position && items[0].settles) items[1].settles = false;
        uint256 higher = items[0].position < items[1].position ? 1 : 0;
        for (uint256 i = 0; i < 2; ++i) {
            Item memory item = items[higher ^ i];
            if (!item.settles) continue;
            if (alone) _settledAlone(item.position, item.measure);
            else _settled(item.position, item.measure);
        }
    }

    function _booked(Record memory r, address relayer, bool good) private {
        bool allowed = good && _mayBook(r, r.booking.money.relayFee());
        bool done = _tailNow(r.booking) == _tail(r.id, _reservedAt(block.timestamp));
        _checkOutcome("batchBook", allowed, done);
        if (done) _enter(r, relayer);
    }
}
