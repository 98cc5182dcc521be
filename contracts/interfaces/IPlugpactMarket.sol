// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "./IAccounts.sol";
import {IBatches} from "./IBatches.sol";
import {IBookings} from "./IBookings.sol";
import {ICancels} from "./ICancels.sol";
import {IClaims} from "./IClaims.sol";
import {IDeadlines} from "./IDeadlines.sol";
import {IDisputes} from "./IDisputes.sol";
import {IFunding} from "./IFunding.sol";
import {IGuardian} from "./IGuardian.sol";
import {IListings} from "./IListings.sol";
import {IOffers} from "./IOffers.sol";
import {INoShows} from "./INoShows.sol";
import {ISettlements} from "./ISettlements.sol";
import {IViews} from "./IViews.sol";
import {IWalletBookings} from "./IWalletBookings.sol";

/// @title Plugpact: home chargers lent by the kWh; all calls at the market's address
/// @notice No owner, no operator, no arbiter. A signature or a deadline ends every booking.
interface IPlugpactMarket is
    IAccounts,
    IListings,
    IBookings,
    IWalletBookings,
    IOffers,
    ICancels,
    ISettlements,
    INoShows,
    IClaims,
    IDisputes,
    IDeadlines,
    IFunding,
    IGuardian,
    IBatches,
    IViews
{}
