// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Session} from "../types/Booking.sol";
import {BookingTerms} from "../types/Terms.sol";
import {Arithmetic} from "./Arithmetic.sol";

/// @title A booking's moments in unix seconds; every window is half-open
/// @notice Must equal protocol/slots.ts. The contract reads block time: a validator may shift it by seconds, which does
/// not matter for windows of minutes.
/// @dev Unchecked: slots have 32 bits, terms 16 bits of minutes, and every booking was made for slots after 1970's
/// first months, so that no sum overflows and no difference is negative.
library Times {
    uint256 internal constant SLOT_SEC = Arithmetic.SLOT_SEC;

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

    function end(Session session) internal pure returns (uint256 unixSec) {
        (, unixSec, , ) = Arithmetic.moments(session.firstSlot(), session.slotCount(), 0, 0);
    }

    function opens(Session session, BookingTerms terms) internal pure returns (uint256 unixSec) {
        (, , unixSec, ) = Arithmetic.moments(session.firstSlot(), 0, terms.earlyStartSec(), 0);
    }

    function closes(Session session, BookingTerms terms) internal pure returns (uint256 unixSec) {
        (, , , unixSec) = Arithmetic.moments(
            session.firstSlot(),
            session.slotCount(),
            0,
            terms.lateStopSec()
        );
    }

    /// @notice Until when the driver cancels for nothing (section 3).
    function freeUntil(
        Session session,
        BookingTerms terms,
        uint256 bookedAt
    ) internal pure returns (uint256) {
        return Arithmetic.freeUntil(start(session), opens(session, terms), terms.cancelUntilSec(), bookedAt);
    }

    /// @notice From when the agent may claim that nobody came (section 3).
    function noshowFrom(
        Session session,
        BookingTerms terms,
        uint256 bookedAt
    ) internal pure returns (uint256) {
        unchecked {
            return Arithmetic.max(start(session), bookedAt) + terms.noshowTimeoutSec();
        }
    }
}
