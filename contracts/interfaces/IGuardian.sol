// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Guardian: may stop new listings and bookings for a while, until a fixed date, and nothing else
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

    /// @notice Until when new listings and bookings are paused, and from when they can be again (unix seconds).
    function pauses() external view returns (uint256 pausedUntil, uint256 nextPauseFrom);

    /// @notice Who the guardian is, and when its role ends (unix seconds); zero when there is none.
    function guardian() external view returns (address account, uint256 endsAt);

    /// @notice The market's part of what a charge costs, in hundredths of a percent, and whose purse 0 gets it.
    function marketFee() external view returns (uint256 basisPoints, address to);

    /// @notice The largest challenge bond, in token units.
    function BOND_MAX() external view returns (uint256);

    /// @notice Hash of the settings that market and extension were deployed with.
    function settingsHash() external view returns (bytes32);
}
