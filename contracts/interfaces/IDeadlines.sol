// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {BookingState} from "../types/State.sol";

/// @title Deadlines: time alone ends every booking, by a call that anyone can make
interface IDeadlines {
    /// @notice A deadline ended the booking: FULFILLED or NO_SHOW by its claim (see Outcome).
    event Finalised(BookingId indexed bookingId, uint8 outcome, uint256 paid, uint256 refunded);

    /// @notice A deadline ended a no-show that the driver contested: the fee went to the sink, purse 0 of account 0.
    event NoShowContested(BookingId indexed bookingId, uint256 fee, uint256 refunded);

    /// @notice Nobody reported in time: the driver was refunded in full.
    event Expired(BookingId indexed bookingId, uint256 refunded);

    /// @notice Ends a claim after its challenge window, or a challenge after its proof window.
    function finalise(Booking calldata booking, BookingState calldata state) external;

    /// @notice Ends a booking that nobody reported on, from `reportBy`.
    function expire(Booking calldata booking, BookingState calldata state) external;
}
