// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Guardian: may pause new listings and bookings for a limited time, until a fixed date, and nothing else
interface IGuardian {
    /// @notice New listings and bookings are paused.
    event NewBookingsPaused(uint256 until);

    /// @notice Thrown when the caller is not the guardian, or its role has ended.
    error Guardian_NotAllowed(address caller, uint256 endsAt);

    /// @notice Thrown when a pause is too long.
    error Guardian_PauseOutOfRange(uint256 until, uint256 limit);

    /// @notice Thrown when a pause comes within the cool-down of the one before.
    error Guardian_CoolingDown(uint256 nowSec, uint256 from);

    /// @notice Stops new listings and bookings until `until` (unix seconds): at most 7 days ahead, within the role's
    /// time, and no sooner than three times 7 days after the last pause. No exit is ever paused.
    function pauseNewBookings(uint256 until) external;
}
