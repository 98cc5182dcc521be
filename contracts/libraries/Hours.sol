// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WeeklyHours} from "../types/Listing.sol";
import {Arithmetic} from "./Arithmetic.sol";

/// @title Local weekly hours
/// @notice Must equal protocol/hours.ts. Offsets are quarter hours, so that +05:45 falls on a slot's edge; the change
/// to or from summer time is known in advance and pinned in the listing (rule 25).
library Hours {
    uint168 private constant ALWAYS = type(uint168).max;

    /// @notice The first slot of [first, end) that is outside of the hours; `end` when none is.
    function firstOutside(
        WeeklyHours hours_,
        uint256 first,
        uint256 end
    ) internal pure returns (uint256 slot) {
        if (hours_.mask() == ALWAYS) return end;
        for (slot = first; slot < end; ++slot) {
            if (!_isOpen(hours_, slot)) return slot;
        }
    }

    function _isOpen(WeeklyHours hours_, uint256 slot) private pure returns (bool) {
        uint256 changesAt = hours_.offsetChangesAt();
        bool changed = changesAt != 0 && slot * Arithmetic.SLOT_SEC >= changesAt;
        int256 offset = changed ? hours_.utcOffsetAfter() : hours_.utcOffset();
        // Slots are counted from 1970, offsets are at most 32 hours: the sum is positive for every slot that
        // the lead time allows.
        uint256 localHour = uint256(int256(slot) + offset) / 4;
        // 1970-01-01 was a Thursday, weekday 3 when Monday is 0.
        uint256 weekday = (localHour / 24 + 3) % 7;
        return (hours_.mask() >> (weekday * 24 + (localHour % 24))) & 1 == 1;
    }
}
