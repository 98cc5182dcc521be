// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISettlements} from "../interfaces/ISettlements.sol";
import {Cost} from "../libraries/Cost.sol";
import {Booking, BookingState} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature, Reading} from "../types/Reading.sol";
import {Reports} from "./Reports.sol";

/// @title Settlements: a final reading that both signed pays at once, from every state
abstract contract Settlements is Reports, ISettlements {
    /// @inheritdoc ISettlements
    function settle(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) external {
        (BookingId bookingId, Purse storage purse) = _requireState(booking, state);
        _requireReportable(bookingId, booking, state.head);
        if (!reading.measure.isFinal()) revert Reading_NotFinal(bookingId);
        _requireCosigned(bookingId, booking, reading, agentSignature, sessionSignature);
        uint256 paid = Cost.roundedDown(booking.terms.tariff, reading.measure, booking.money.cap());
        uint256 refunded = _leave(booking, purse, paid);
        _payHost(bookingId, booking.listingId, booking.terms.host, paid, reading.measure.energyWh());
        emit Settled(bookingId, paid, refunded, reading, agentSignature, sessionSignature);
    }
}
