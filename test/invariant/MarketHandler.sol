// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICancels} from "../../contracts/interfaces/ICancels.sol";
import {IClaims} from "../../contracts/interfaces/IClaims.sol";
import {IDeadlines} from "../../contracts/interfaces/IDeadlines.sol";
import {IDisputes} from "../../contracts/interfaces/IDisputes.sol";
import {INoShows} from "../../contracts/interfaces/INoShows.sol";
import {BookingId} from "../../contracts/types/Ids.sol";
import {Allowance} from "../../contracts/types/Calls.sol";
import {CompactSignature} from "../../contracts/types/Reading.sol";
import {BookingState} from "../../contracts/types/State.sol";
import {MeterProof} from "../../contracts/types/Proof.sol";
import {BatchHandler} from "./BatchHandler.sol";
import {DisputeHandler} from "./DisputeHandler.sol";
import {ListingHandler} from "./ListingHandler.sol";
import {MarketCalls} from "./MarketCalls.sol";
import {MarketChecks} from "./MarketChecks.sol";
import {MoneyHandler} from "./MoneyHandler.sol";
import {NoShowHandler} from "./NoShowHandler.sol";
import {Stage} from "./Transitions.sol";

/// @notice Three drivers with two purses each, two hosts with three chargers, relayer, collector of the fee, guardian
/// and stranger act on the market; a model predicts the outcome of each call. `violation` says where the
/// two differ.
contract MarketHandler is
    MoneyHandler,
    ListingHandler,
    NoShowHandler,
    BatchHandler,
    DisputeHandler,
    MarketChecks
{
    constructor() {
        _deploy();
        _fillTable();
        _publishFirst();
    }

    /// @notice Any call with a booking that ended, or with an old state, must be refused.
    function beat(uint256 n) external {
        if (_records.length == 0) return;
        Record storage r = _records[_part(n, 121, _records.length - 1)];
        BookingState memory state = _state(r);
        if (r.stage < Stage.CANCELED) {
            if (_isReserved(r)) return;
            state = _reservedAt(r.since);
        }
        address sender = _coinFlip(n, 122) ? r.driver : r.booking.terms.host;
        _checkOutcome("beat", false, _try(sender, _anyCall(n, r, state)));
    }

    /// @notice Lets time pass: some minutes, or days, up to a whole ring of the calendar.
    function pass(uint256 n) external {
        _warp(block.timestamp + 1 + _part(n, 123, _part(n, 124, 255) == 0 ? 10 days : 20 minutes));
    }

    /// @notice Lets time pass to an edge of a window, or to the second before it: to the next one of all, or to one of
    /// some booking.
    function passToEdge(uint256 n) external someOpen {
        uint256 next = type(uint256).max;
        for (uint256 i = 0; i < _open.length; ++i) next = _min(next, _nextEdge(_records[_open[i]]));
        if (_coinFlip(n, 125)) next = _nextEdge(_records[_open[_part(n, 126, _open.length - 1)]]);
        // One in 64 waits for a booking that is days ahead; all others would have expired by then.
        if (_part(n, 127, 63) != 0) next = _min(next, block.timestamp + 1 hours);
        if (next != type(uint256).max) _warp(next - _part(n, 128, 1));
    }

    /// @dev The next edge that is more than a second ahead.
    function _nextEdge(Record storage r) private view returns (uint256 next) {
        uint256[7] memory edges = [
            _freeUntil(r),
            _opens(r),
            _start(r),
            _noshowFrom(r),
            _closes(r),
            _deadline(r),
            _reportBy(r)
        ];
        next = type(uint256).max;
        for (uint256 i = 0; i < edges.length; ++i) {
            if (edges[i] > block.timestamp + 1 && edges[i] < next) next = edges[i];
        }
    }

    function _anyCall(
        uint256 n,
        Record storage r,
        BookingState memory state
    ) private view returns (bytes memory) {
        uint256 which = _part(n, 129, 10);
        (MarketCalls.Signed memory s, ) = _signed(n, r, 99, true);
        CompactSignature memory none;
        MeterProof memory proof;
        proof.secret = r.secret;
        if (which == 0) return MarketCalls.settleFrom(r.booking, state, s);
        if (which == 10) return MarketCalls.settle(_settlement(r, s));
        if (which == 1)
            return abi.encodeCall(IClaims.claim, (r.booking, state, s.reading, s.agent, s.session));
        if (which == 2) {
            Allowance memory a;
            return abi.encodeCall(IClaims.claimAlone, (r.booking, state, s.reading, s.agent, r.secret, a));
        }
        if (which == 3) return abi.encodeCall(INoShows.claimNoShow, (r.booking, state, _noShow(r)));
        if (which == 4) return abi.encodeCall(INoShows.arrived, (r.booking, state, ""));
        if (which == 5) return abi.encodeCall(IDeadlines.finalise, (r.booking, state));
        if (which == 6) return abi.encodeCall(IDeadlines.expire, (r.booking, state));
        if (which == 7) return abi.encodeCall(ICancels.cancelByDriver, (r.booking, state, ""));
        if (which == 8) {
            BookingId cause = BookingId.wrap(0);
            return abi.encodeCall(ICancels.cancelByHost, (r.booking, state, cause, "", none));
        }
        if (_coinFlip(n, 130)) return abi.encodeCall(IDisputes.challenge, (r.booking, state, ""));
        return abi.encodeCall(IDisputes.prove, (r.booking, state, proof));
    }
}
