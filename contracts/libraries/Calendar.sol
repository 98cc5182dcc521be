// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ListingId} from "../types/Ids.sol";
import {IBookings} from "../interfaces/IBookings.sol";
import {Arithmetic} from "./Arithmetic.sol";

/// @dev One word, as a struct so that a call computes its slot once and passes the pointer on.
struct CalendarWord {
    // The epoch in the top 32 bits, a bit for each taken slot below.
    uint256 word;
}

/// @title A ring of eight words per charger, 224 slots of 15 minutes each (about 18 days in all)
/// @notice The top 32 bits of a word are its epoch (slot / 224): a word of an older epoch is empty, so nothing
/// has to be cleared, and in steady state no new storage slot is written.
/// @dev Assumes that no slot later than `HORIZON_SLOTS` ahead is reserved: then two epochs of one ring position are
/// never both in the future, and a distant booking cannot overwrite a word in use (rule 14).
library Calendar {
    uint256 internal constant SLOTS_PER_WORD = 224;
    uint256 internal constant RING_WORDS = 8;
    uint256 internal constant HORIZON_SLOTS = SLOTS_PER_WORD * (RING_WORDS - 1);
    uint256 internal constant MAX_SLOTS = 96;

    /// @notice Takes `count` slots from `first`, or reverts with the first one that is taken.
    function reserve(
        mapping(uint256 ringIndex => CalendarWord) storage ring,
        ListingId listingId,
        uint256 first,
        uint256 count
    ) internal {
        (uint256 epoch, uint256 bits, uint256 rest) = part(first, count);
        _take(ring, listingId, epoch, bits);
        if (rest != 0) _take(ring, listingId, epoch + 1, (1 << rest) - 1);
    }

    /// @notice Frees slots. A word that already holds another epoch is left unchanged.
    function release(
        mapping(uint256 ringIndex => CalendarWord) storage ring,
        uint256 first,
        uint256 count
    ) internal {
        (uint256 epoch, uint256 bits, uint256 rest) = part(first, count);
        _give(ring, epoch, bits);
        if (rest != 0) _give(ring, epoch + 1, (1 << rest) - 1);
    }

    /// @notice The taken slots of `epoch`: none when the word belongs to another one.
    function live(uint256 word, uint256 epoch) internal pure returns (uint256) {
        return word >> SLOTS_PER_WORD == epoch ? word & ((1 << SLOTS_PER_WORD) - 1) : 0;
    }

    /// @notice The slots of [first, first + count) in the word of `first`, and how many lie in the next word.
    /// @dev Unchecked: callers hold `count` within `MAX_SLOTS`, so that two words are enough.
    function part(
        uint256 first,
        uint256 count
    ) internal pure returns (uint256 epoch, uint256 bits, uint256 rest) {
        unchecked {
            epoch = first / SLOTS_PER_WORD;
            uint256 end = (first % SLOTS_PER_WORD) + count;
            bits = (((1 << count) - 1) << (first % SLOTS_PER_WORD)) & ((1 << SLOTS_PER_WORD) - 1);
            rest = end > SLOTS_PER_WORD ? end - SLOTS_PER_WORD : 0;
        }
    }

    function _take(
        mapping(uint256 ringIndex => CalendarWord) storage ring,
        ListingId listingId,
        uint256 epoch,
        uint256 bits
    ) private {
        CalendarWord storage place = ring[Arithmetic.ringIndex(epoch)];
        uint256 word = live(place.word, epoch);
        uint256 clash = word & bits;
        if (clash != 0) {
            revert IBookings.Booking_SlotTaken(listingId, epoch * SLOTS_PER_WORD + _lowestBit(clash));
        }
        place.word = (epoch << SLOTS_PER_WORD) | word | bits;
    }

    function _give(
        mapping(uint256 ringIndex => CalendarWord) storage ring,
        uint256 epoch,
        uint256 bits
    ) private {
        CalendarWord storage place = ring[Arithmetic.ringIndex(epoch)];
        uint256 word = place.word;
        if (word >> SLOTS_PER_WORD == epoch) place.word = word & ~bits;
    }

    /// @dev Only on the way to a revert, so a loop is cheap enough.
    function _lowestBit(uint256 bits) private pure returns (uint256 index) {
        while ((bits >> index) & 1 == 0) ++index;
    }
}
