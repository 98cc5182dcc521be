// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOffers} from "../../contracts/interfaces/IOffers.sol";
import {IntentLimits} from "../../contracts/types/Booking.sol";
import {Offer} from "../../contracts/types/Calls.sol";
import {WeeklyHours} from "../../contracts/types/Listing.sol";
import {SignedTypes} from "../../contracts/types/SignedTypes.sol";
import {Tariff} from "../../contracts/types/Terms.sol";
import {BookingHandler} from "./BookingHandler.sol";
import {MarketCalls} from "./MarketCalls.sol";

/// @notice Books at a lower tariff that the agent signed for one need.
abstract contract OfferHandler is BookingHandler {
    function bookOffer(uint256 n) external {
        Record memory r = _draw(n, 0);
        Tariff listed = r.booking.terms.tariff;
        bool good;
        (r.booking.terms.tariff, good) = _offered(n, listed);
        r.id = _bookingId(r.booking);
        Offer memory offer = _offer(n, r, listed);
        good = good && _isOfferGood(n, r, offer);
        (address relayer, IntentLimits limits, bool carried) = _relayedIntent(n);
        WeeklyHours hours_ = _sites[r.site].listing.weeklyHours;
        good = good && carried && (hours_.mask() == 0 || _isInHours(r));
        bool allowed = good && _mayReserve(r, r.booking.money.relayFee());
        MarketCalls.Listed memory site = _listed(r.site);
        bytes memory signature = _signBytes(r.driver, _intentHash(r.booking, limits));
        bytes memory data = abi.encodeCall(
            IOffers.bookOffer,
            (r.booking, site.weeklyHours, site.placeHash, limits, offer, signature)
        );
        bool done = _try(relayer, data);
        _checkOutcome("bookOffer", allowed, done);
        if (done) _enter(r, relayer);
    }

    /// @dev Each price between the host's floor and the listed one; one in eight breaks that, or changes the overstay.
    function _offered(uint256 n, Tariff listed) private pure returns (Tariff offered, bool good) {
        uint256 word =
            Tariff.unwrap(listed) & ~(uint256(type(uint96).max) | (uint256(type(uint48).max) << 144));
        word |= _price(n, 131, listed.pricePerKwh(), listed.discountBp());
        word |= _price(n, 132, listed.pricePerHour(), listed.discountBp()) << 48;
        word |= _price(n, 133, listed.flatFee(), listed.discountBp()) << 144;
        if (!_isUnusual(n, 134)) return (Tariff.wrap(word), true);
        if (_coinFlip(n, 135)) return (Tariff.wrap(word ^ (1 << 96)), false);
        uint256 low = (word >> 48) << 48;
        uint256 above = listed.pricePerKwh() + 1;
        uint256 floor = _floor(listed.pricePerKwh(), listed.discountBp());
        return (Tariff.wrap(low | (floor == 0 || _coinFlip(n, 136) ? above : floor - 1)), false);
    }

    function _price(
        uint256 n,
        uint256 index,
        uint256 listed,
        uint256 discountBp
    ) private pure returns (uint256) {
        uint256 floor = _floor(listed, discountBp);
        return floor + _part(n, index, listed - floor);
    }

    /// @dev The least whole price that is no more than the discount below the listed one.
    function _floor(uint256 listed, uint256 discountBp) private pure returns (uint256 floor) {
        floor = (listed * (10_000 - discountBp)) / 10_000;
        if (floor * 10_000 < listed * (10_000 - discountBp)) ++floor;
    }

    /// @dev Valid for up to two minutes, for its driver or anyone; now and then not.
    function _offer(uint256 n, Record memory r, Tariff listed) private view returns (Offer memory offer) {
        offer.listedTariff = listed;
        offer.driver =
            _isUnusual(n, 137)
                ? _stranger
                : _coinFlip(n, 138)
                    ? r.driver
                    : address(0);
        offer.validUntil = uint64(block.timestamp + (_isUnusual(n, 139) ? _part(n, 140, 1) * 121 : 120));
        Site storage site = _sites[r.site];
        bytes32 structHash = keccak256(
            abi.encode(
                SignedTypes.OFFER,
                site.id,
                _isStale(n) ? site.version - 1 : site.version,
                r.booking.terms.tariff,
                r.booking.session.firstSlot(),
                r.booking.session.slotCount(),
                offer.driver,
                offer.validUntil
            )
        );
        offer.agentSignature = _sign(site.agentKey, structHash);
    }

    /// @dev An offer ends with the version of the listing for which it was signed.
    function _isStale(uint256 n) private pure returns (bool) {
        return _part(n, 141, 15) == 0;
    }

    function _isOfferGood(uint256 n, Record memory r, Offer memory offer) private view returns (bool) {
        if (_isStale(n)) return false;
        if (offer.driver != address(0) && offer.driver != r.driver) return false;
        return offer.validUntil > block.timestamp && offer.validUntil <= block.timestamp + 2 minutes;
    }
}
