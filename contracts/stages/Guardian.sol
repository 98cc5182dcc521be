// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGuardian} from "../interfaces/IGuardian.sol";
import {MarketState} from "./MarketState.sol";

/// @title Guardian: may pause new listings and bookings for a limited time, until a fixed date, and nothing else
abstract contract Guardian is MarketState, IGuardian {
    uint256 private constant PAUSE_MAX_SEC = 7 days;
    uint256 private constant COOL_DOWN_SEC = 3 * PAUSE_MAX_SEC;

    /// @inheritdoc IGuardian
    function pauseNewBookings(uint256 until) external {
        if (msg.sender != GUARDIAN || block.timestamp >= GUARDIAN_ENDS_AT) {
            revert Guardian_NotAllowed(msg.sender, GUARDIAN_ENDS_AT);
        }
        uint256 nextPauseFrom = _pause >> 40;
        if (block.timestamp < nextPauseFrom) revert Guardian_CoolingDown(block.timestamp, nextPauseFrom);
        uint256 limit = block.timestamp + PAUSE_MAX_SEC;
        if (limit > GUARDIAN_ENDS_AT) limit = GUARDIAN_ENDS_AT;
        if (until <= block.timestamp || until > limit) revert Guardian_PauseOutOfRange(until, limit);
        _pause = until | ((until + COOL_DOWN_SEC) << 40);
        emit NewBookingsPaused(until);
    }
}
