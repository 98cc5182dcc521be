// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature} from "../types/Reading.sol";
import {BookingState} from "../types/State.sol";

/// @title Cancels: end a booking before it is used
interface ICancels {
    /// @notice The booking ended without a charge. `overstayedBy` names the earlier booking whose recorded overstay
    /// made the host cancel, or is zero.
    event Canceled(
        BookingId indexed bookingId,
        bool byHost,
        uint256 paid,
        uint256 refunded,
        BookingId overstayedBy
    );

    /// @notice The driver cancels: for nothing before `freeUntil`, for half the no-show fee until `opens`.
    /// @param driverSignature EIP-712 `CancelByDriver`; empty when the driver calls.
    function cancelByDriver(
        Booking calldata booking,
        BookingState calldata state,
        bytes calldata driverSignature
    ) external;

    /// @notice The host cancels and the driver is refunded in full; from `opens` only with the session key's agreement.
    /// @param overstayedBy The earlier booking whose overstay is the cause, or zero.
    /// @param hostSignature EIP-712 `CancelByHost`; empty when the host calls.
    /// @param agreement EIP-712 `CancelByHost` by the session key; read from `opens` on.
    function cancelByHost(
        Booking calldata booking,
        BookingState calldata state,
        BookingId overstayedBy,
        bytes calldata hostSignature,
        CompactSignature calldata agreement
    ) external;
}
