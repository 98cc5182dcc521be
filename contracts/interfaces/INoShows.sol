// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature} from "../types/Reading.sol";
import {BookingState} from "../types/State.sol";

/// @title No-shows: the driver says that they were there, the agent that nobody came
/// @notice Where both say so, nobody can decide it, and the fee goes to nobody (rule 6).
interface INoShows {
    /// @notice The driver declared to be at the charger: the state is ARRIVED or CONTESTED.
    event Arrived(BookingId indexed bookingId, BookingState state);

    /// @notice The agent declared that the driver did not come: the state is NO_SHOW_CLAIMED or CONTESTED.
    event NoShowClaimed(BookingId indexed bookingId, BookingState state, CompactSignature agentSignature);

    /// @notice The driver or the session key declares to be there: from `opens` to `reportBy`, or after a no-show claim
    /// until its window ends.
    /// @param signature EIP-712 `Arrived` by session key or driver; empty when one of them calls.
    function arrived(
        Booking calldata booking,
        BookingState calldata state,
        bytes calldata signature
    ) external;

    /// @notice Claims the no-show fee of a driver who did not come, from the end of the no-show timeout to `reportBy`.
    /// @param agentSignature EIP-712 `NoShow`.
    function claimNoShow(
        Booking calldata booking,
        BookingState calldata state,
        CompactSignature calldata agentSignature
    ) external;
}
