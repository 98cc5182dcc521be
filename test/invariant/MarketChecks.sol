// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ListingWord} from "../../contracts/types/Listing.sol";
import {vm} from "../support/Vm.sol";
import {SessionModel} from "./SessionModel.sol";
import {Stage} from "./Transitions.sol";

/// @notice Compares the market with the model. Called after every call of a handler.
abstract contract MarketChecks is SessionModel {
    /// @notice Thrown to undo a call that was only made to see that it succeeds.
    error Ended();

    /// @dev Slots in one calendar word.
    uint256 private constant WORD_SLOTS = 224;

    /// @dev What the sink held at the last check.
    uint256 private _sunk;

    /// @notice After every call: all but the exits of bookings that it did not move.
    function check() external {
        assertTrue(bytes(violation).length == 0, violation);
        uint256 owed = _checkPurses() + _checkHosts();
        uint256 held = token.balanceOf(address(market));
        assertEq(owed + _gifts, held, "owed and held");
        assertEq(held, _held, "held and moved");
        (uint256 sunk, uint192 tail) = market.purseOf(address(0), 0);
        assertTrue(sunk >= _sunk && tail == 0, "the sink never falls");
        _sunk = sunk;
        _checkListings();
        for (uint256 i = 0; i < _open.length; ++i) _checkCalendar(_records[_open[i]]);
        _checkExits(_touched);
    }

    /// @notice At the end of a run.
    function checkAllExits() external {
        _checkExits(_open);
    }

    /// @dev Each purse holds what the model has; each person's total is deposits less withdrawals and payments.
    function _checkPurses() private view returns (uint256 owed) {
        for (uint256 i = 0; i < DRIVERS; ++i) {
            address driver = _drivers[i];
            uint256 worth = _locked[driver];
            for (uint256 j = 0; j < PURSES; ++j) worth += _checkPurse(driver, j);
            assertEq(worth, _due[driver], "what a driver is due");
            owed += worth;
        }
        (uint256 relayed, ) = market.purseOf(_relayer, 0);
        assertEq(relayed, _due[_relayer], "what the relayer is due");
        (uint256 sunk, ) = market.purseOf(address(0), 0);
        assertEq(sunk, _due[address(0)], "the sink");
        (uint256 collected, ) = market.purseOf(_collector, 0);
        assertEq(collected, _due[_collector], "what the collector is due");
        owed += relayed + collected + sunk;
    }

    /// @dev Its tail is its generation, or the hash of the booking and state that the model has.
    function _checkPurse(address driver, uint256 purse) private view returns (uint256 balance) {
        uint192 tail;
        (balance, tail) = market.purseOf(driver, uint32(purse));
        assertEq(balance, _free[driver][purse], "purse");
        uint256 expected = _generation[driver][purse];
        if (_busy[driver][purse]) {
            Record storage r = _records[_recordAt[driver][purse]];
            expected = _tail(r.id, _state(r));
        }
        assertEq(uint256(tail), expected, "tail");
    }

    function _checkHosts() private view returns (uint256 owed) {
        for (uint256 i = 0; i < HOSTS; ++i) {
            uint256 worth = 0;
            for (uint256 j = 0; j < _sites.length; ++j) {
                Earned storage expected = _earned[j][_hosts[i]];
                (uint256 amount, uint256 soldWh, uint256 sessions) = market.earningsOf(
                    _sites[j].id,
                    _hosts[i]
                );
                assertEq(amount, expected.amount, "earnings");
                assertEq(soldWh, expected.soldWh, "energy sold");
                assertEq(sessions, expected.sessions, "sessions");
                worth += amount;
            }
            assertEq(worth, _due[_hosts[i]], "what a host is due");
            owed += worth;
        }
    }

    function _checkListings() private view {
        for (uint256 i = 0; i < PLACES; ++i) {
            Site storage site = _sites[_siteAt[i]];
            ListingWord word = market.listingOf(site.id);
            assertEq(word.status(), site.status, "status");
            assertEq(word.version(), site.version, "version");
        }
    }

    /// @dev Its slots that are not in the past are in the calendar.
    function _checkCalendar(Record storage r) private view {
        uint256 slot = r.booking.session.firstSlot();
        uint256 end = slot + r.booking.session.slotCount();
        if (slot < block.timestamp / SLOT_SEC) slot = block.timestamp / SLOT_SEC;
        uint256 word;
        for (uint256 read = type(uint256).max; slot < end; ++slot) {
            if (slot / WORD_SLOTS != read) {
                read = slot / WORD_SLOTS;
                word = market.calendarWordOf(_sites[r.site].id, slot);
                assertEq(word >> WORD_SLOTS, read, "epoch");
            }
            assertEq((word >> (slot % WORD_SLOTS)) & 1, 1, "slot");
        }
    }

    /// @dev From its deadline on a stranger can end every open booking.
    function _checkExits(uint256[] storage which) private {
        uint256 nowSec = block.timestamp;
        for (uint256 i = 0; i < which.length; ++i) {
            Record storage r = _records[which[i]];
            if (r.stage >= Stage.CANCELED) continue;
            uint256 deadline = _deadline(r);
            vm.warp(deadline > nowSec ? deadline : nowSec);
            try this.endAndUndo(which[i]) {
                assertTrue(false, "unreachable: endAndUndo always reverts");
            } catch (bytes memory reason) {
                assertEq(bytes32(reason), bytes32(Ended.selector), "an open booking that nobody can end");
            }
        }
        vm.warp(nowSec);
    }

    /// @dev Ends a booking as a stranger and undoes that by reverting with `Ended`.
    function endAndUndo(uint256 index) external {
        Record storage r = _records[index];
        if (_isReserved(r)) market.expire(r.booking, _state(r));
        else market.finalise(r.booking, _state(r));
        revert Ended();
    }
}
