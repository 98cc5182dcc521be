// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGuardian} from "../../contracts/interfaces/IGuardian.sol";
import {IListings} from "../../contracts/interfaces/IListings.sol";
import {Listing, ListingStatus} from "../../contracts/types/Listing.sol";
import {SignedTypes} from "../../contracts/types/SignedTypes.sol";
import {OfferHandler} from "./OfferHandler.sol";

/// @notice Opens, closes and changes listings while bookings are open; revokes agent keys; pauses as the guardian.
abstract contract ListingHandler is OfferHandler {
    function _publishFirst() internal {
        for (uint256 place = 0; place < PLACES; ++place) {
            _publish(place, _newSite(place, place % HOSTS, place), _stranger);
        }
    }

    function list(uint256 n) external {
        uint256 how = _part(n, 109, 15);
        if (how < 6) _updateListing(n);
        else if (how < 9) _closeOrOpen(n);
        else if (how < 13) _publishAgain(n);
        else if (how < 15) _pause(n);
        else _revoke(n);
    }

    function _updateListing(uint256 n) private {
        Site storage site = _sites[_siteAt[_part(n, 110, PLACES - 1)]];
        Listing memory current = site.listing;
        Listing memory next = _listing(site.place, current.terms.host, current.terms.agentKey, n);
        bytes32 structHash = _publishHash(site, next);
        (address sender, bytes memory signature, bool good) = _authorize(n, current.terms.host, structHash);
        bool stale = _isUnusual(n, 111);
        bytes memory data = abi.encodeCall(
            IListings.updateListing,
            (stale ? next : current, next, signature)
        );
        bool done = _try(sender, data);
        _checkOutcome("updateListing", good && !stale && site.status != ListingStatus.REVOKED, done);
        if (!done) return;
        (site.listing, site.status) = (next, ListingStatus.OPEN);
        ++site.version;
    }

    function _closeOrOpen(uint256 n) private {
        Site storage site = _sites[_siteAt[_part(n, 110, PLACES - 1)]];
        // Mostly back to open, so that there is something to book.
        bool toOpen = site.status == ListingStatus.CLOSED || _part(n, 112, 3) == 0;
        _setStatus(n, site, toOpen ? ListingStatus.OPEN : ListingStatus.CLOSED);
    }

    /// @dev Revokes the agent key while bookings may be open; the charger needs a new one then.
    function _revoke(uint256 n) private {
        Site storage site = _sites[_siteAt[_part(n, 110, PLACES - 1)]];
        _setStatus(n, site, ListingStatus.REVOKED);
    }

    /// @dev Lists a revoked charger under a new agent key. One that is listed, or was closed, is its host's for ever: the
    /// ledger refuses it for either host.
    function _publishAgain(uint256 n) private {
        uint256 place = _part(n, 110, PLACES - 1);
        Site memory site = _sites[_siteAt[place]];
        uint256 host = _part(n, 114, HOSTS - 1);
        if (site.status == ListingStatus.REVOKED && !_isUnusual(n, 115)) {
            _publish(place, _newSite(place, host, n), _anyRelayer(n));
        } else {
            site.listing = _listing(place, _hosts[host], site.listing.terms.agentKey, n);
            _publish(place, site, _anyRelayer(n));
        }
    }

    function _pause(uint256 n) private {
        uint256 until =
            block.timestamp + (_isUnusual(n, 116) ? 7 days + _part(n, 117, 1) : _part(n, 118, 2 hours));
        address sender = _isUnusual(n, 119) ? _stranger : _guardian;
        bool allowed = sender == _guardian && block.timestamp < _guardianEndsAt;
        allowed = allowed && block.timestamp >= _nextPauseFrom && until > block.timestamp;
        allowed = allowed && until <= _min(block.timestamp + 7 days, _guardianEndsAt);
        bool done = _try(sender, abi.encodeCall(IGuardian.pauseNewBookings, (until)));
        _checkOutcome("pause", allowed, done);
        if (done) (_pausedUntil, _nextPauseFrom) = (until, until + 21 days);
    }

    function _setStatus(uint256 n, Site storage site, uint8 status) private {
        bytes32 structHash = keccak256(
            abi.encode(SignedTypes.SET_LISTING_STATUS, site.id, status, site.version)
        );
        (address sender, bytes memory signature, bool good) = _authorize(
            n,
            site.listing.terms.host,
            structHash
        );
        bool allowed = good && site.status != ListingStatus.REVOKED && site.status != status;
        bool done = _try(
            sender,
            abi.encodeCall(IListings.setListingStatus, (site.listing, status, signature))
        );
        _checkOutcome(status == ListingStatus.REVOKED ? "revoke" : "closeOrOpen", allowed, done);
        if (!done) return;
        site.status = status;
        ++site.version;
    }

    /// @dev By the host's signature and the agent's consent, sent by `relayer`.
    function _publish(uint256 place, Site memory site, address relayer) private {
        address host = site.listing.terms.host;
        uint64 validUntil = uint64(block.timestamp + 60);
        bytes32 consent = keccak256(abi.encode(SignedTypes.AGENT_CONSENT, site.id, host, validUntil));
        bytes32 structHash = keccak256(
            abi.encode(
                SignedTypes.PUBLISH_LISTING,
                site.id,
                keccak256(abi.encode(SignedTypes.TERMS, site.listing.terms)),
                site.listing.weeklyHours,
                keccak256(abi.encode(site.listing.place)),
                site.version
            )
        );
        bytes memory data = abi.encodeCall(
            IListings.publishListing,
            (site.listing, validUntil, _sign(site.agentKey, consent), _signBytes(host, structHash))
        );
        bool paused = block.timestamp < _pausedUntil && block.timestamp < _guardianEndsAt;
        bool fresh = site.status == ListingStatus.NONE;
        bool done = _try(relayer, data);
        _checkOutcome(fresh ? "publishNew" : "publishAgain", fresh && !paused, done);
        if (!done) return;
        site.status = ListingStatus.OPEN;
        ++site.version;
        _siteAt[place] = _sites.length;
        _sites.push(site);
    }

    function _publishHash(Site storage site, Listing memory next) private view returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    SignedTypes.PUBLISH_LISTING,
                    site.id,
                    keccak256(abi.encode(SignedTypes.TERMS, next.terms)),
                    next.weeklyHours,
                    keccak256(abi.encode(next.place)),
                    site.version
                )
            );
    }
}
