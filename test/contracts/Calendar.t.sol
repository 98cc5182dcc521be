// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Calendar, CalendarWord} from "../../contracts/libraries/Calendar.sol";
import {IBookings} from "../../contracts/interfaces/IBookings.sol";
import {ListingId} from "../../contracts/types/Ids.sol";
import {Checks} from "../support/Checks.sol";
import {vm} from "../support/Vm.sol";

/// @title Compares the ring of calendar words with a plain list of what is booked
contract CalendarTest is Checks {
    using Calendar for mapping(uint256 => CalendarWord);

    ListingId private constant LISTING = ListingId.wrap(bytes32(uint256(1)));
    uint256 private constant STEPS = 40;

    struct Stay {
        uint256 first;
        uint256 count;
    }

    mapping(uint256 ringIndex => CalendarWord) private _ring;
    mapping(uint256 slot => bool) private _taken;
    Stay[] private _stays;

    /// @dev External calls, so that a refusal can be caught.
    function reserve(uint256 first, uint256 count) external {
        _ring.reserve(LISTING, first, count);
    }

    function testFuzz_RefusesExactlyWhatIsTakenAndNamesTheFirst(uint256 seed) public {
        uint256 nowSlot = 2_000_000 + (seed % 1_000);
        for (uint256 i = 0; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            // Mostly a little time, sometimes more than the whole ring.
            nowSlot += seed % 11 == 0 ? (seed >> 8) % 4_000 : (seed >> 8) % 60;
            if (seed % 5 == 0 && _stays.length != 0) _cancel(seed >> 64);
            else _book(nowSlot, seed >> 64);
            _compare(nowSlot);
        }
    }

    function test_AFullDayAcrossTwoWordsIsGivenBackWhole() public {
        uint256 first = 224 * 9_000 - 40;
        this.reserve(first, 96);
        for (uint256 i = 0; i < 96; ++i) assertTrue(_isTaken(first + i), "slot of the stay");
        assertTrue(!_isTaken(first - 1) && !_isTaken(first + 96), "neighbours");
        _ring.release(first, 96);
        for (uint256 i = 0; i < 96; ++i) assertTrue(!_isTaken(first + i), "slot given back");
    }

    function test_AReleaseLeavesAWordOfAnotherEpochAlone() public {
        this.reserve(224 * 9_000, 3);
        this.reserve(224 * 9_008, 2);
        uint256 word = _ring[0].word;
        _ring.release(224 * 9_000, 3);
        assertEq(_ring[0].word, word, "the later word");
        assertTrue(!_isTaken(224 * 9_000), "the earlier stay");
    }

    function test_SteadyUseWritesNoNewWord() public {
        for (uint256 epoch = 9_000; epoch < 9_016; ++epoch) this.reserve(epoch * 224, 1);
        for (uint256 i = 0; i < 8; ++i) assertTrue(_ring[i].word != 0, "word of the ring");
        assertEq(_ring[8].word, 0, "beyond the ring");
    }

    function _book(uint256 nowSlot, uint256 seed) private {
        uint256 count = 1 + (seed % Calendar.MAX_SLOTS);
        uint256 first = nowSlot + ((seed >> 16) % (Calendar.HORIZON_SLOTS - count + 1));
        uint256 clash = first;
        while (clash < first + count && !_taken[clash]) ++clash;
        if (clash < first + count) {
            vm.expectRevert(abi.encodeWithSelector(IBookings.Booking_SlotTaken.selector, LISTING, clash));
            this.reserve(first, count);
            return;
        }
        this.reserve(first, count);
        for (uint256 i = 0; i < count; ++i) _taken[first + i] = true;
        _stays.push(Stay(first, count));
    }

    /// @dev Any booking, however long ago.
    function _cancel(uint256 seed) private {
        uint256 at_ = seed % _stays.length;
        Stay memory stay = _stays[at_];
        _ring.release(stay.first, stay.count);
        for (uint256 i = 0; i < stay.count; ++i) _taken[stay.first + i] = false;
        _stays[at_] = _stays[_stays.length - 1];
        _stays.pop();
    }

    /// @dev Future slots are in the ring exactly as in the list.
    function _compare(uint256 nowSlot) private view {
        for (uint256 i = 0; i < _stays.length; ++i) {
            Stay memory stay = _stays[i];
            for (uint256 slot = stay.first; slot < stay.first + stay.count; ++slot) {
                if (slot >= nowSlot) assertTrue(_isTaken(slot), "a stay ahead was lost");
            }
        }
        for (uint256 i = 0; i < 96; ++i) {
            uint256 slot = nowSlot + i * 16;
            assertTrue(_isTaken(slot) == _taken[slot], "a slot differs");
        }
    }

    function _isTaken(uint256 slot) private view returns (bool) {
        uint256 epoch = slot / Calendar.SLOTS_PER_WORD;
        uint256 bits = Calendar.live(_ring[epoch % Calendar.RING_WORDS].word, epoch);
        return (bits >> (slot % Calendar.SLOTS_PER_WORD)) & 1 == 1;
    }
}
