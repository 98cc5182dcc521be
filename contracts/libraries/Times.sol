// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Session} from "../types/Booking.sol";
import {BookingTerms} from "../types/Terms.sol";

/// @title A booking's moments in unix seconds; every window is half-open
/// @notice Must equal protocol/slots.ts. The contract reads block time: a validator may shift it by seconds, which does
/// not matter for windows of minutes.
/// @dev Unchecked: slots have 32 bits, terms 16 bits of minutes, and every booking was made for slots after 1970's
/// first months, so that no sum overflows and no difference is negative.
library Times {
    uint256 internal constant SLOT_SEC = 900;

    /// @notice The first slot that can be booked: the one that contains now without a lead time, else the first that
    /// begins no sooner than the lead time from now.
    function earliestSlot(uint256 nowSec, BookingTerms terms) internal pure returns (uint256) {
        uint256 leadTimeSec = terms.leadTimeSec();
        unchecked {
            return leadTimeSec == 0 ? nowSec / SLOT_SEC : (nowSec + leadTimeSec + SLOT_SEC - 1) / SLOT_SEC;
        }
    }

    function start(Session session) internal pure returns (uint256) {
        unchecked {
            return session.firstSlot() * SLOT_SEC;
        }
    }

    function end(Session session) internal pure returns (uint256) {
        unchecked {
            return (session.firstSlot() + session.slotCount()) * SLOT_SEC;
        }
    }

    function opens(Session session, BookingTerms terms) internal pure returns (uint256) {
        unchecked {
            return start(session) - terms.earlyStartSec();
        }
    }

    function closes(Session session, BookingTerms terms) internal pure returns (uint256) {
        unchecked {
            return end(session) + terms.lateStopSec();
        }
    }

    function cancelBy(Session session, BookingTerms terms) internal pure returns (uint256) {
        uint256 untilStart = start(session) - terms.cancelUntilSec();
        uint256 opens_ = opens(session, terms);
        return untilStart < opens_ ? untilStart : opens_;
    }
}
