// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "./IAccounts.sol";
import {IBookings} from "./IBookings.sol";
import {IDisputes} from "./IDisputes.sol";
import {IListings} from "./IListings.sol";
import {ISettlements} from "./ISettlements.sol";

/// @title Plugpact: home chargers lent by the kWh
/// @notice No owner, no operator, no arbiter. Every booking ends by a signature or by a deadline.
interface IPlugpactMarket is IAccounts, IListings, IBookings, ISettlements, IDisputes {}
